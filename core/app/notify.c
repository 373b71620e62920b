/*
 * notify.c: a datagram for the service manager, as systemd's sd_notify(3) describes its protocol.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/app/app.h"
#include "core/base/text.h"

void sl_notify(const char *message)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length = path ? strlen(path) : 0;
    if (length == 0 || length >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, path, length);
    /* A name beginning with @ is in the abstract namespace. */
    if (address.sun_path[0] == '@')
        address.sun_path[0] = '\0';
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return;
    (void)sendto(descriptor, message, strlen(message), MSG_NOSIGNAL, (struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    close(descriptor);
}

/* What WATCHDOG_USEC says, when it is meant for this process; 0: nobody waits for a sign. */
static int64_t watchdog_ms(void)
{
    const char *period = getenv("WATCHDOG_USEC");
    const char *process = getenv("WATCHDOG_PID");
    int64_t microseconds = 0;
    int64_t of = 0;
    if (!period || sl_text_int64(period, strlen(period), &microseconds) != 0 || microseconds < 1000)
        return 0;
    if (process && (sl_text_int64(process, strlen(process), &of) != 0 || of != getpid()))
        return 0;
    return microseconds / 1000;
}

void sl_notify_alive(int64_t now)
{
    static int64_t due;
    int64_t period = watchdog_ms();
    if (period == 0 || now < due)
        return;
    due = now + period / 3;
    sl_notify("WATCHDOG=1");
}
