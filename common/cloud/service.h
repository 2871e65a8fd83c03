// SPDX-License-Identifier: GPL-3.0-or-later
/* The services and the clouds they live in: hosts, scopes, paging habits. Facts: docs/contract.md. */
#pragma once
#include <stdbool.h>

enum service { CLOUD_APPS, GRAPH };
enum cloud { COMMERCIAL, GCC, GCC_HIGH, DOD, CHINA, CLOUD_COUNT };

/* Words of --cloud, NULL-terminated, in the order of enum cloud. */
extern const char *const cloud_names[];

/* "https://login.microsoftonline.com" */
const char *cloud_login_url(enum cloud c);
/* "https://graph.microsoft.com/v1.0" */
const char *cloud_graph_url(enum cloud c);
/* Application id of the service in Entra, the same in every cloud. */
const char *service_resource(enum service s);
/* The .default scope of a token for the service; NULL where the cloud lacks it. */
const char *cloud_scope(enum cloud c, enum service s);
/* Rows a page that the service gives at most. */
unsigned service_page_size(enum service s);
/* Longest wait, in seconds, that a 429 of the service is believed: what is said, waited and remembered. */
int service_wait_max(enum service s);
