/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h - assertions: we are wrong, not the user.  They stay on in releases. */
#pragma once
#include <stdbool.h>

/** Print simulated-world-free diagnostics and abort; never returns. */
_Noreturn void ns_check_failed(const char *what, const char *file, int line);

#define ns_assert(x) (__builtin_expect(!!(x), 1) ? (void) 0 : ns_check_failed(#x, __FILE__, __LINE__))

/* Where the bench shows a cost: only in builds with NETSIM_DEBUG. */
#ifdef NETSIM_DEBUG
#define ns_debug_assert(x) ns_assert(x)
#else
#define ns_debug_assert(x) ((void) 0)
#endif

/* A call of the library without what it needs is the caller's fault, and no reason to crash.  Says NETSIM_ERROR_ARGUMENT. */
typedef struct _GError GError;
bool ns_not_given(const char *what, const char *function, GError **error);
/** Is the argument @pointer of a public function given? */
#define ns_given(pointer, error) (ns_likely((pointer) != NULL) || ns_not_given(#pointer, __func__, error))

#define ns_likely(x) __builtin_expect(!!(x), 1)
#define ns_unlikely(x) __builtin_expect(!!(x), 0)
/* Seldom called: stays out of the registers and the stack frame of its callers. */
#define ns_cold __attribute__((cold, noinline))
#define NS_CAT_(a, b) a##b
#define NS_CAT(a, b) NS_CAT_(a, b)
#define NS_PICK_(a, b, op, x, y) ({ __typeof__(a) x = (a); __typeof__(b) y = (b); x op y ? x : y; })
/* Unique names, so that they nest. */
#define ns_min(a, b) NS_PICK_(a, b, <, NS_CAT(min_a, __COUNTER__), NS_CAT(min_b, __COUNTER__))
#define ns_max(a, b) NS_PICK_(a, b, >, NS_CAT(max_a, __COUNTER__), NS_CAT(max_b, __COUNTER__))
/** The struct of type T whose member M is at pointer P. */
#define ns_container_of(P, T, M) ((T *) (void *) ((char *) (P) - offsetof(T, M)))
