/*
 * crash_modules.c: which file an address of code belongs to, and which function of it.
 *
 * The table is filled when plugins have been loaded. Symbols are read from the file at the time of the crash, so that a file
 * with static functions tells their names; not when another file has taken its place since.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/crash.h"
#include "core/plugin/registry.h"

#define MODULES 160
#define SECTIONS_MOST 256

static sl_crash_module modules[MODULES];
static size_t module_count;

static void text_keep(char *to, size_t room, const char *from)
{
    size_t length = strnlen(from, room - 1);
    memcpy(to, from, length);
    to[length] = '\0';
}

static int module_add(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size, (void)data;
    struct stat about;
    if (module_count == MODULES)
        return 1;
    sl_crash_module *module = &modules[module_count];
    *module = (sl_crash_module){ .base = info->dlpi_addr };
    for (uint16_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X)) {
            module->low = info->dlpi_addr + part->p_vaddr;
            module->high = module->low + part->p_memsz;
        }
    }
    const char *path = info->dlpi_name;
    char program[PATH_MAX];
    if (!*path) {
        ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
        program[length > 0 ? length : 0] = '\0';
        path = program;
        module->framed = true;
    }
    text_keep(module->path, sizeof module->path, path);
    if (stat(path, &about) == 0) {
        module->device = about.st_dev;
        module->inode = about.st_ino;
    }
    uintptr_t here = (uintptr_t)&module_add;
    module->framed = module->framed || (here >= module->low && here < module->high);
    module_count++;
    return 0;
}

void sl_crash_learn(const sl_registry *registry)
{
    module_count = 0;
    (void)dl_iterate_phdr(module_add, NULL);
    for (uint32_t i = 0; registry && i < registry->count; i++) {
        const sl_plugin *plugin = &registry->plugins[i];
        for (size_t k = 0; k < module_count && plugin->handle; k++)
            if (plugin->path && strcmp(plugin->path, modules[k].path) == 0) {
                text_keep(modules[k].plugin, sizeof modules[k].plugin, plugin->name);
                modules[k].framed = true;
            }
    }
}

const sl_crash_module *sl_crash_module_at(uintptr_t address)
{
    for (size_t i = 0; i < module_count; i++)
        if (address >= modules[i].low && address < modules[i].high)
            return &modules[i];
    return NULL;
}

/* ---- symbols ---- */

static bool file_read(int file, void *to, size_t size, uint64_t offset)
{
    return pread(file, to, size, (off_t)offset) == (ssize_t)size;
}

static bool table_find(int file, const ElfW(Ehdr) * head, ElfW(Word) type, ElfW(Shdr) * ret_table,
                       ElfW(Shdr) * ret_names)
{
    for (uint16_t i = 0; i < head->e_shnum && i < SECTIONS_MOST; i++)
        if (file_read(file, ret_table, sizeof *ret_table,
                      head->e_shoff + (uint64_t)i * sizeof *ret_table) &&
            ret_table->sh_type == type && ret_table->sh_link < head->e_shnum)
            return file_read(file, ret_names, sizeof *ret_names,
                             head->e_shoff + (uint64_t)ret_table->sh_link * sizeof *ret_names);
    return false;
}

static bool symbol_find(int file, const ElfW(Shdr) * table, uint64_t offset, ElfW(Sym) * ret)
{
    ElfW(Sym) symbols[64];
    uint64_t count = table->sh_size / sizeof *symbols;
    for (uint64_t from = 0; from < count; from += 64) {
        size_t some = count - from < 64 ? (size_t)(count - from) : 64;
        if (!file_read(file, symbols, some * sizeof *symbols,
                       table->sh_offset + from * sizeof *symbols))
            return false;
        for (size_t i = 0; i < some; i++)
            if ((symbols[i].st_info & 0xf) == STT_FUNC && symbols[i].st_shndx != SHN_UNDEF &&
                offset >= symbols[i].st_value &&
                offset - symbols[i].st_value < symbols[i].st_size) {
                *ret = symbols[i];
                return true;
            }
    }
    return false;
}

static bool name_read(int file, uint64_t offset, char *ret_name, size_t room)
{
    ssize_t length = pread(file, ret_name, room - 1, (off_t)offset);
    if (length <= 0)
        return false;
    ret_name[length] = '\0';
    for (char *at = ret_name; *at; at++)
        if (*at < '.' || *at > 'z' || *at == '\\')
            *at = '?';
    return *ret_name != '\0';
}

bool sl_crash_function_at(const sl_crash_module *module, uintptr_t address, char *ret_name,
                          size_t room)
{
    ElfW(Ehdr) head;
    ElfW(Shdr) table;
    ElfW(Shdr) names;
    ElfW(Sym) symbol;
    struct stat about;
    int file = open(module->path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool same = fstat(file, &about) == 0 && about.st_dev == module->device &&
                about.st_ino == module->inode && file_read(file, &head, sizeof head, 0) &&
                memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_shentsize == sizeof table;
    bool found = same &&
                 (table_find(file, &head, SHT_SYMTAB, &table, &names) ||
                  table_find(file, &head, SHT_DYNSYM, &table, &names)) &&
                 symbol_find(file, &table, address - module->base, &symbol) &&
                 name_read(file, names.sh_offset + symbol.st_name, ret_name, room);
    close(file);
    return found;
}
