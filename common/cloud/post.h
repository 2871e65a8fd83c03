// SPDX-License-Identifier: GPL-3.0-or-later
/* A post of the message center: when it came, by when it wants something done, and whether it concerns the product. Facts: contract,
 * "Message centre". Knows nothing of verdicts. */
#pragma once
#include "base/strings.h"
#include "net/jget.h"

enum post_match { POST_ELSEWHERE, POST_MATCHES, POST_UNCLEAR };
enum post_urgency { POST_CALM, POST_URGENT, POST_URGENCY_UNKNOWN };

#define POST_ODDITY_SIZE (JGET_RAW_SIZE + 32)

/* Texts are lent by the row; times that are not told are 0. */
struct post {
	const char *id, *title;     /* NULL: none that can be read */
	int64_t published_at, edited_at;
	int64_t due_at;             /* action is required by then */
	int64_t ends_at;            /* leaves the center */
	bool major;
	enum post_urgency urgency;
	char oddity[POST_ODDITY_SIZE];         /* what else cannot be read, "" without */
	char urgency_oddity[POST_ODDITY_SIZE]; /* why the urgency is not known */
};

void post_read(struct json_object *row, struct post *p);
/* Is it for one of the services, or does its title fit? NULL for either: that does not count. */
enum post_match post_matches(struct json_object *row, const struct strings *services, const char *title);
