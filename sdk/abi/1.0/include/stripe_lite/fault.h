/*
 * fault.h: named places where a test makes the program die, stand still, wait or fail.
 *
 * A fault point is a line of code with a name, as SL_FAULT("payment.after_gateway"). It is compiled where SL_FAULTS is
 * defined, which the build does for debug and asan and nowhere else; everywhere else the macros leave nothing behind, no call
 * and no name. sl_fault_pass itself is exported by every build, so that the ABI is the same: a plugin with points loads into
 * a host without them, which passes them all, and the other way round.
 *
 * What happens at a point is said by the environment: STRIPE_LITE_FAULT=point:action[:pass], in each process at that pass
 * (the first), or STRIPE_LITE_FAULT_FOLDER=folder, in which a file named as the point holds the action; who comes by takes
 * the file away and does as it says, so that it happens once among all processes, and may be armed while they run.
 *
 *   kill    the process ends by SIGKILL
 *   stop    the process is stopped by SIGSTOP, until somebody sends SIGCONT
 *   delay   half a second passes: the fiber is parked; outside a fiber the thread sleeps
 *   error   the macro is true, and the place fails as if the real thing had
 *
 * Each is told on stderr: "fault: POINT ACTION PROCESS". The points of the tree are listed in tests/fault/points.js.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_FAULT_H
#define STRIPE_LITE_FAULT_H

#include <stripe_lite/abi.h>

SL_BEGIN_DECLS

/* Whether the place is to fail. `kind`, or NULL, is what the place is passed for: "point@kind" means those passes alone. Not
 * called by name but through the macros. since 1.0 [suspends] */
SL_API bool sl_fault_pass(const char *point, const char *kind);

static inline bool sl_fault_none(const char *kind)
{
    (void)kind;
    return false;
}

/* Both are an expression: a place that cannot fail has it as a statement. */
#ifdef SL_FAULTS
#define SL_FAULT(point) sl_fault_pass((point), NULL)
#define SL_FAULT_OF(point, kind) sl_fault_pass((point), (kind))
#else
#define SL_FAULT(point) sl_fault_none(NULL)
#define SL_FAULT_OF(point, kind) sl_fault_none(kind)
#endif

SL_END_DECLS
#endif
