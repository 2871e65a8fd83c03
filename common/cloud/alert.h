// SPDX-License-Identifier: GPL-3.0-or-later
/* One row of the portal's alerts: is it about the product itself, is it open, what failed and how bad it is said to be. Facts: contract,
 * "Alerts". Knows nothing of verdicts. */
#pragma once
#include "base/buf.h"
#include "net/jget.h"

enum alert_class { ALERT_CONNECTOR, ALERT_COLLECTOR, ALERT_PARSING, ALERT_SIEM, ALERT_DLP, ALERT_OTHER };
enum alert_severity { ALERT_LOW, ALERT_MEDIUM, ALERT_HIGH, ALERT_INFORMATIONAL, ALERT_SEVERITY_UNKNOWN };

#define ALERT_ODDITY_SIZE (JGET_RAW_SIZE + 32)

/* Texts are lent by the row. */
struct alert {
	bool wanted;             /* open and about the product, as far as can be told */
	const char *title;       /* NULL: none */
	const char *object;      /* the connector or the like that failed; NULL: only the description tells */
	const char *description; /* NULL: none */
	enum alert_class class;
	enum alert_severity severity;
	char oddity[ALERT_ODDITY_SIZE]; /* why nobody can tell whether it is open or about the product, "" when one can */
};

void alert_read(struct json_object *row, struct alert *a);
/* "low" … "informational", "?" */
const char *alert_severity_name(enum alert_severity s);
/* Adds what failed: the title without the words that all of them begin with, and the object in brackets. */
void alert_name(const struct alert *a, struct buf *out);
/* Adds the description without the marks that the portal puts pictures in place of. */
void alert_description(const struct alert *a, struct buf *out);
