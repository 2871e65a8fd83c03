// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/honest.h"

#include <string.h>
#include <sys/wait.h>

#define OUTPUT_MAX 4096
#define MEMORY_MAX_KIB (64 * 1024)

#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
static const bool measures_memory = false;
#else
static const bool measures_memory = true;
#endif

void honest_memory(const struct spawn *s, struct buf *report)
{
	if (measures_memory && s->peak_kib > MEMORY_MAX_KIB)
		buf_print(report, "    took %ld MiB of memory, more than %d\n", s->peak_kib / 1024, MEMORY_MAX_KIB / 1024);
}

/* RFC 3629: no overlong form, no surrogate, nothing beyond U+10FFFF; and of the control characters only TAB and newline. */
static bool is_clean(const struct buf *text)
{
	for (size_t i = 0, n; i < text->len; i += n) {
		const unsigned char *p = (const unsigned char *)text->data + i;
		n = *p < 0x80 ? 1 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
		if ((*p < 0x20 && *p != '\t' && *p != '\n') || *p == 0x7f || (*p >= 0x80 && *p < 0xc2) || *p > 0xf4 || i + n > text->len)
			return false;
		for (size_t j = 1; j < n; j++)
			if (p[j] >> 6 != 2)
				return false;
		if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) || (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
			return false;
	}
	return true;
}

static void judge_text(int status, const struct buf *out, struct buf *report)
{
	static const char *const heads[] = { "[OK] - ", "[WARNING] - ", "[CRITICAL] - ", "[UNKNOWN] - " };
	const char *text = buf_text(out), *bar = strchr(text, '|');

	if (status < 0 || status > 3)
		return;
	if (strncmp(text, heads[status], strlen(heads[status])) != 0 || text[strlen(heads[status])] <= ' ')
		buf_print(report, "    the first line does not begin with %s and a text\n", heads[status]);
	if (!out->len || text[out->len - 1] != '\n')
		buf_add(report, "    the output does not end with a newline\n");
	if (bar && strchr(bar + 1, '|'))
		buf_add(report, "    more than one |\n");
	if (bar && memchr(text, '\n', (size_t)(bar - text)))
		buf_add(report, "    a | behind the first line\n");
	if (!is_clean(out))
		buf_add(report, "    bytes that are no clean UTF-8\n");
	if (strstr(text, "contoso-simulated-"))
		buf_add(report, "    a simulated secret\n");
	if (out->len > OUTPUT_MAX)
		buf_print(report, "    %zu bytes of output\n", out->len);
}

int honest_judge(const struct spawn *s, int64_t within_ms, struct buf *report)
{
	int status = !s->killed && WIFEXITED(s->status) ? WEXITSTATUS(s->status) : -1;

	if (s->killed)
		buf_add(report, "    it did not end\n");
	else if (status < 0)
		buf_print(report, "    ended by signal %d\n", WTERMSIG(s->status));
	else if (status > 3)
		buf_print(report, "    exit status %d\n", status);
	if (s->ran_ms - s->starved_ms > within_ms)
		buf_print(report, "    ran %lld ms, longer than %lld ms\n", (long long)(s->ran_ms - s->starved_ms), (long long)within_ms);
	if (s->text[1].len)
		buf_print(report, "    stderr: %.4000s\n", buf_text(&s->text[1]));
	honest_memory(s, report);
	judge_text(status, &s->text[0], report);
	return status;
}
