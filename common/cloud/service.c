// SPDX-License-Identifier: GPL-3.0-or-later
/* The table of clouds and services. The product's own API has the same resource id in every cloud that has it; for the
 * US government clouds nobody documents that, so it is an assumption (docs/contract.md). */
#include "cloud/service.h"

#include <stddef.h>

#define CLOUD_APPS_RESOURCE "05a65629-4c1b-48c1-a78b-804c4abdd4af"
#define CLOUD_APPS_SCOPE CLOUD_APPS_RESOURCE "/.default"

const char *const cloud_names[] = { "commercial", "gcc", "gcc-high", "dod", "china", NULL };

static const struct {
	const char *login_url, *graph_url, *graph_scope, *apps_scope;
} clouds[CLOUD_COUNT] = {
	[COMMERCIAL] = { "https://login.microsoftonline.com", "https://graph.microsoft.com/v1.0",
			 "https://graph.microsoft.com/.default", CLOUD_APPS_SCOPE },
	[GCC] = { "https://login.microsoftonline.com", "https://graph.microsoft.com/v1.0",
		  "https://graph.microsoft.com/.default", CLOUD_APPS_SCOPE },
	[GCC_HIGH] = { "https://login.microsoftonline.us", "https://graph.microsoft.us/v1.0",
		       "https://graph.microsoft.us/.default", CLOUD_APPS_SCOPE },
	[DOD] = { "https://login.microsoftonline.us", "https://dod-graph.microsoft.us/v1.0",
		  "https://dod-graph.microsoft.us/.default", CLOUD_APPS_SCOPE },
	[CHINA] = { "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn/v1.0",
		    "https://microsoftgraph.chinacloudapi.cn/.default", NULL },
};

const char *cloud_login_url(enum cloud c)
{
	return clouds[c].login_url;
}

const char *cloud_graph_url(enum cloud c)
{
	return clouds[c].graph_url;
}

const char *cloud_scope(enum cloud c, enum service s)
{
	return s == GRAPH ? clouds[c].graph_scope : clouds[c].apps_scope;
}

const char *service_resource(enum service s)
{
	return s == GRAPH ? "00000003-0000-0000-c000-000000000000" : CLOUD_APPS_RESOURCE;
}

unsigned service_page_size(enum service s)
{
	return s == GRAPH ? 999 : 100;
}

int service_wait_max(enum service s)
{
	/* The portal counts by the minute. Graph's longest window is an hour, but no reply shall close a tenant's checks for that long. */
	return s == GRAPH ? 300 : 60;
}
