// SPDX-License-Identifier: GPL-3.0-or-later
/* What every unit test program shares: Check, and a main that runs one suite. */
#pragma once
#include <check.h>
#include <stdlib.h>

#define UNIT_MAIN(make_suite)                                                       \
	int main(void)                                                              \
	{                                                                           \
		/* The seconds a test may take, also on a busy machine. */          \
		setenv("CK_DEFAULT_TIMEOUT", "60", 0);                              \
		SRunner *runner = srunner_create(make_suite());                     \
		srunner_run_all(runner, CK_NORMAL);                                 \
		int failed = srunner_ntests_failed(runner);                         \
		srunner_free(runner);                                               \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                        \
	}

#define ROWS(array) ((int)(sizeof(array) / sizeof((array)[0])))
