// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/crew.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void add(struct crew_tally *sum, bool passed, int status)
{
	sum->passed += passed;
	if (status >= 0 && status < 4)
		sum->by_status[status]++;
}

bool crew_run(long first, long count, long jobs, bool (*play)(long number, int *status, void *data), void *data, struct crew_tally *sum)
{
	size_t size = (size_t)jobs * sizeof(struct crew_tally);
	struct crew_tally *tallies = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool good = tallies != MAP_FAILED;

	fflush(stdout);
	for (long job = 0; good && job < jobs; job++) {
		pid_t pid = fork();

		good = pid >= 0;
		if (pid)
			continue;
		for (long i = job; i < count; i += jobs) {
			int status = -1;
			bool passed = play(first + i, &status, data);

			fflush(stdout);
			add(&tallies[job], passed, status);
		}
		_exit(0);
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	for (long job = 0; good && job < jobs; job++) {
		sum->passed += tallies[job].passed;
		for (int i = 0; i < 4; i++)
			sum->by_status[i] += tallies[job].by_status[i];
	}
	if (tallies != MAP_FAILED)
		munmap(tallies, size);
	return good;
}

int crew_report(const struct crew_tally *sum, long count)
{
	printf("%ld OK, %ld WARNING, %ld CRITICAL, %ld UNKNOWN\n", sum->by_status[0], sum->by_status[1], sum->by_status[2], sum->by_status[3]);
	printf("%ld passed, %ld failed\n", sum->passed, count - sum->passed);
	return sum->passed == count && count ? EXIT_SUCCESS : EXIT_FAILURE;
}
