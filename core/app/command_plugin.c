/*
 * command_plugin.c: `stripe-lite plugin check`: a descriptor is read, and an adapter's gateways are tried.
 *
 * The adapter's code runs in a process of its own, in a host of its own: a database, a log and settings in a folder that is
 * removed afterwards, its gateway played on a loopback port. What that process finds stands on a page that both share, so that a
 * crash or a loop without end is a result like any other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stripe_lite/stripe_lite.h>

#include "core/app/cli.h"
#include "core/app/flags.h"
#include "core/base/context.h"
#include "core/conformance/conformance.h"
#include "core/plugin/loader.h"

#define LINES 512
#define CHECK_SECONDS 120 /* that one check may take at most */

typedef struct check_line {
    char gateway[64];
    char check[32];
    char sentence[128];
    int32_t result; /* -1: it has begun */
    char reason[512];
} check_line;

/* Shared by the two processes; the child writes, the parent reads when the child has ended. */
typedef struct check_page {
    volatile uint32_t count;
    check_line lines[LINES];
} check_page;

typedef struct checking {
    sl_invocation *invocation;
    sl_context *cx;
    sl_plugin plugin;
    check_page *page;
    char folder[64];
    const char *log;
    sl_upstream *upstream; /* in the child */
    bool json;
    uint32_t musts;
    sl_json *findings;
} checking;

/* ---- in the child ---- */

static void text_put(char *room, size_t size, const char *text)
{
    snprintf(room, size, "%s", text ? text : "");
}

static void line_begin(void *data, const char *gateway, const char *check, const char *sentence)
{
    check_page *page = data;
    if (page->count == LINES)
        return;
    check_line *line = &page->lines[page->count];
    text_put(line->gateway, sizeof(line->gateway), gateway);
    text_put(line->check, sizeof(line->check), check);
    text_put(line->sentence, sizeof(line->sentence), sentence);
    line->result = -1;
    page->count++;
}

static void line_end(void *data, int32_t result, const char *reason)
{
    check_page *page = data;
    check_line *line = &page->lines[page->count - 1];
    text_put(line->reason, sizeof(line->reason), reason);
    line->result = result;
}

/* A check that does not end is ended with its process. */
static void check_begin(void *data, const char *gateway, const char *check, const char *sentence)
{
    line_begin(data, gateway, check, sentence);
    alarm(CHECK_SECONDS);
}

static int gateways_try(sl_context *cx, sl_process *process, void *data)
{
    checking *c = data;
    (void)process;
    line_end(c->page, SL_CONFORMANCE_PASSED, NULL);
    const sl_conformance about = { .plugin = c->plugin.descriptor.name,
                                   .log = c->log,
                                   .options = c->plugin.descriptor.options,
                                   .upstream = c->upstream,
                                   .begin = check_begin,
                                   .end = line_end,
                                   .data = c->page };
    return sl_conformance_run(cx, &about) ? SL_EXIT_NO : SL_EXIT_OK;
}

static bool settings_write(checking *c, const char *file)
{
    /* What it needs of others, the bundled ones provide. */
    const char *const *needs = c->plugin.descriptor.needs;
    const char *const *beside = needs && needs[0] ? sl_cli_plugins_bundled(c->invocation) : NULL;
    const char *text = sl_conformance_settings(c->cx, &c->plugin.descriptor, c->plugin.path,
                                               c->folder, beside, c->upstream);
    FILE *out = fopen(file, "we");
    bool good = out && fputs(text, out) >= 0;
    return out && fclose(out) == 0 && good;
}

static int settings_read(checking *c, const char *file)
{
    const sl_setting_sources sources = { .file = file };
    sl_settings *settings = NULL;
    sl_status status = sl_settings_load(&sources, &settings);
    for (uint32_t i = 0; status != SL_OK && i < settings->message_count; i++)
        fprintf(stderr, "stripe-lite: %s\n", settings->messages[i].text);
    c->invocation->settings = settings;
    return status == SL_OK && sl_log_begin(settings) ? SL_EXIT_OK : SL_EXIT_CONFIG;
}

/* Whatever the plugin or the host says goes where the log goes: it is looked at too. */
static bool output_take(const checking *c)
{
    int log = open(c->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return log >= 0 && dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0;
}

static int child_run(checking *c)
{
    const char *file = sl_format(c->cx, "%s/check.yaml", c->folder);
    line_begin(c->page, "", "start", "the plugin starts with the options of its description");
    if (!output_take(c) || !(c->upstream = sl_upstream_new()))
        return SL_EXIT_NO;
    if (!settings_write(c, file)) {
        fprintf(stderr, "stripe-lite: %s: %s\n", file, strerror(errno));
        return SL_EXIT_NO;
    }
    int code = settings_read(c, file);
    if (code == SL_EXIT_OK)
        code = sl_prepare_run(c->invocation);
    if (code == SL_EXIT_OK)
        code = sl_process_run(c->invocation, SL_HOST_STARTED, 0, gateways_try, c);
    return code;
}

/* ---- in the parent ---- */

static void folder_remove(const char *path)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    (void)rmdir(path);
}

/* What was said without being logged: why a start failed. */
static const char *said(checking *c)
{
    static const char mark[] = "stripe-lite: ";
    char line[1024];
    const char *text = "";
    FILE *in = fopen(c->log, "re");
    while (in && fgets(line, sizeof(line), in)) {
        if (strncmp(line, mark, sizeof(mark) - 1) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        text = sl_format(c->cx, "%s%s%s", text, text[0] ? " " : "", line + sizeof(mark) - 1);
    }
    if (in)
        (void)fclose(in);
    return text;
}

/* The check that was under way when the process ended has failed. */
static void end_note(checking *c, int status)
{
    check_line *last = c->page->count ? &c->page->lines[c->page->count - 1] : NULL;
    if (!last || (last->result != -1 && WIFEXITED(status)))
        return;
    const char *why = said(c);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        why = sl_format(c->cx, "it was not done after %d s", CHECK_SECONDS);
    else if (WIFSIGNALED(status))
        why = sl_format(c->cx, "the plugin ended the process: %s", strsignal(WTERMSIG(status)));
    else if (!why[0])
        why = sl_format(c->cx, "the process ended with %d", WEXITSTATUS(status));
    last->result = SL_CONFORMANCE_FAILED;
    text_put(last->reason, sizeof(last->reason), why);
}

/* Nothing can be played to a gateway that says nothing of its upstream. */
static bool described(checking *c)
{
    const char *missing = NULL;
    for (const sl_gateway_type *one = c->plugin.descriptor.gateways; one->name; one++) {
        if (!sl_conformance_of(one))
            missing = one->name;
    }
    line_begin(c->page, "", "description", "every gateway describes what its upstream answers");
    line_end(c->page, missing ? SL_CONFORMANCE_FAILED : SL_CONFORMANCE_PASSED,
             missing
                 ? sl_format(c->cx, "the gateway %s has none (stripe_lite/conformance.h)", missing)
                 : NULL);
    return !missing;
}

static bool child_start(checking *c)
{
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(child_run(c));
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child > 0)
        end_note(c, status);
    else
        fprintf(stderr, "stripe-lite: no process for the check: %s\n", strerror(errno));
    return child > 0;
}

static bool gateways_check(checking *c)
{
    const char *place = getenv("TMPDIR");
    snprintf(c->folder, sizeof(c->folder), "%s/stripe_lite_check_XXXXXX",
             place && strlen(place) < 24 ? place : "/tmp");
    c->page =
        mmap(NULL, sizeof(*c->page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c->page == MAP_FAILED || !mkdtemp(c->folder)) {
        fprintf(stderr, "stripe-lite: no room for the check: %s\n", strerror(errno));
        return false;
    }
    c->log = sl_format(c->cx, "%s/check.log", c->folder);
    bool ran = !described(c) || child_start(c);
    folder_remove(c->folder);
    return ran;
}

/* ---- telling ---- */

static void finding_tell(void *data, bool must, const char *sentence)
{
    checking *c = data;
    c->musts += must;
    sl_json_open(c->findings, NULL);
    sl_json_bool(c->findings, "fault", must);
    sl_json_string(c->findings, "sentence", sentence);
    sl_json_close(c->findings);
    if (!c->json)
        printf("# %s: %s\n", must ? "fault" : "advice", sentence);
}

static void line_tell(uint32_t number, const check_line *line)
{
    printf("%s %u - %s%s%s: %s", line->result == SL_CONFORMANCE_FAILED ? "not ok" : "ok", number,
           line->gateway, line->gateway[0] ? " " : "", line->check, line->sentence);
    if (line->result == SL_CONFORMANCE_SKIPPED)
        printf(" # SKIP %s", line->reason);
    else if (line->result == SL_CONFORMANCE_FAILED)
        printf("\n# %s", line->reason);
    putchar('\n');
}

static void json_tell(checking *c, const char *name, bool fine)
{
    static const char *const results[] = { "passed", "failed", "skipped" };
    sl_json *out = sl_json_new(c->cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "plugin", name);
    sl_json_string(out, "version", c->plugin.descriptor.version);
    sl_json_bool(out, "fine", fine);
    sl_json_json(out, "findings", c->findings);
    sl_json_open_array(out, "checks");
    for (uint32_t i = 0; c->page && i < c->page->count; i++) {
        const check_line *line = &c->page->lines[i];
        sl_json_open(out, NULL);
        sl_json_string(out, "gateway", line->gateway[0] ? line->gateway : NULL);
        sl_json_string(out, "check", line->check);
        sl_json_string(out, "sentence", line->sentence);
        sl_json_string(out, "result", results[line->result]);
        sl_json_string(out, "reason", line->reason[0] ? line->reason : NULL);
        sl_json_close(out);
    }
    sl_json_close_array(out);
    sl_json_close(out);
    puts(sl_json_text(out, NULL));
}

static bool tell(checking *c, bool ran)
{
    bool fine = ran && c->musts == 0;
    uint32_t count = c->page ? c->page->count : 0;
    for (uint32_t i = 0; i < count; i++)
        fine = fine && c->page->lines[i].result != SL_CONFORMANCE_FAILED;
    const char *name = c->plugin.descriptor.name ? c->plugin.descriptor.name : "";
    if (c->json) {
        json_tell(c, name, fine);
        return fine;
    }
    printf("%s 1 - descriptor: it can be loaded\n", c->musts ? "not ok" : "ok");
    for (uint32_t i = 0; i < count; i++)
        line_tell(i + 2, &c->page->lines[i]);
    printf("1..%u\n# %s %s %s\n", count + 1, name,
           c->plugin.descriptor.version ? c->plugin.descriptor.version : "",
           fine ? "is fine" : "has something to mend");
    return fine;
}

static int file_check(checking *c, const char *path)
{
    c->findings = sl_json_new(c->cx);
    sl_json_open_array(c->findings, NULL);
    if (!sl_plugin_open(c->cx, path, &c->plugin)) {
        fprintf(stderr, "stripe-lite: %s\n", c->plugin.refusal);
        return SL_EXIT_NO;
    }
    const sl_gateway_type *gateways = c->plugin.descriptor.gateways;
    bool try = sl_plugin_lint(c->cx, &c->plugin.descriptor, finding_tell, c) == 0 && gateways &&
               gateways->name;
    if (try)
        try = sl_gateway_lint(c->cx, &c->plugin.descriptor, finding_tell, c) == 0;
    sl_json_close_array(c->findings);
    bool fine = tell(c, !try || gateways_check(c));
    sl_plugin_close(&c->plugin);
    return fine ? SL_EXIT_OK : SL_EXIT_NO;
}

int sl_command_plugin(sl_invocation *invocation)
{
    const char *rest[3] = { NULL };
    bool json = false;
    const sl_flag_row flags[] = { { .name = "--json", .on = &json }, { .name = NULL } };
    if (!sl_flags_read(invocation, flags, rest, 2) || !rest[1] || strcmp(rest[0], "check") != 0)
        return sl_cli_usage("plugin");
    sl_host host = { 0 };
    sl_context *cx = sl_context_new(&host, "acct_1", false, NULL);
    checking c = { .invocation = invocation, .cx = cx, .json = json };
    int code = file_check(&c, rest[1]);
    if (c.page)
        munmap(c.page, sizeof(*c.page));
    sl_context_free(cx);
    return code;
}
