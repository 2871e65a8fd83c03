// SPDX-License-Identifier: GPL-3.0-or-later
/* Sums over the actions of a product, and what its line says of them. */
#include "cloud/product.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"

#define PRECISION 1e6   /* parts of a point, or of a percent, that are told apart */
#define LIST_ENOUGH 1000 /* bytes of a list of titles: no line shows more */

const char *product_name(const char *service)
{
	static const struct {
		const char *service, *name;
	} products[] = {
		{ "MCAS", "Microsoft Defender for Cloud Apps" },
		{ "AppG", "App governance" },
		{ "MDA_SF", "Salesforce" },
		{ "MDA_SNOW", "ServiceNow" },
		{ "MDA_Zendesk", "Zendesk" },
		{ "MDA_GitHub", "GitHub" },
		{ "MDA_CitrixSF", "CitrixSF (Citrix ShareFile)" },
		{ "MDA_Atlassian", "Atlassian" },
		{ "MDA_Zoom", "Zoom" },
		{ "MDA_Okta", "Okta" },
		{ "MDA_DocuSign", "DocuSign" },
		{ "MDA_Dropbox", "Dropbox" },
		{ "MDA_Google", "Google Workspace" },
		{ "MDA_NetDocuments", "NetDocument" },
		{ "MDA_Workplace", "Workplace (by Meta)" },
		{ "AzureAD", "Entra ID" },
		{ "EXO", "Exchange" },
		{ "SPO", "SharePoint" },
		{ "MDO", "Defender for Office" },
		{ "MIP", "Information Protection" },
		{ "MS Teams", "Teams" },
		{ "Azure ATP", "Defender for Identity" },
	};

	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
		if (!strcasecmp(service, products[i].service))
			return products[i].name;
	return service;
}

static double without_dust(double value)
{
	return number_round(value * PRECISION) / PRECISION;
}

void points_add(struct points *sums, const struct action *a)
{
	double max = action_max(a);

	sums->achieved += a->scored->score;
	sums->possible += max;
	sums->open = without_dust(sums->open + action_open(a));
	if (isnan(a->scored->earlier))
		return;
	sums->then += a->scored->earlier;
	sums->now += a->scored->score;
	sums->compared += max;
}

double score_percent(double points, double possible)
{
	return possible > 0 ? without_dust(100 * points / possible) : NAN;
}


const char *points_text(double points, char out[POINTS_SIZE])
{
	double rounded = number_round(points * 10) / 10;

	snprintf(out, POINTS_SIZE, fabs(rounded - number_round(rounded)) < 0.05 ? "%.0f" : "%.1f", rounded);
	return out;
}

const char *points_share(double points, double possible, char out[SHARE_SIZE])
{
	double percent = score_percent(points, possible);
	char some[POINTS_SIZE], all[POINTS_SIZE];

	if (isnan(percent))
		return NULL;
	snprintf(out, SHARE_SIZE, "%.1f %% (%s of %s points)", percent, points_text(points, some), points_text(possible, all));
	return out;
}

const char *product_of(const struct action *a)
{
	return a->kind->service ? a->kind->service : PRODUCT_UNKNOWN;
}

static int by_product(const void *a, const void *b)
{
	const struct action *x = *(const struct action *const *)a, *y = *(const struct action *const *)b;
	int order = strcasecmp(product_of(x), product_of(y));

	if (!order)
		order = strcmp(action_title(x), action_title(y));
	return order ? order : strcasecmp(x->scored->id, y->scored->id);
}

static void add_to_list(struct buf *list, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void add_to_list(struct buf *list, const char *fmt, ...)
{
	va_list args;

	if (list->len > LIST_ENOUGH)
		return;
	if (list->len)
		buf_add(list, ", ");
	va_start(args, fmt);
	buf_vprint(list, fmt, args);
	va_end(args);
}

static void add_loss(struct products *all, struct product *p, const struct action *a)
{
	char then[POINTS_SIZE], now[POINTS_SIZE];

	p->regressed++;
	all->regressed++;
	action_keep_best(all->lost, PRODUCT_NAMED, a, action_has_lost_more);
	add_to_list(&p->losses, "%s (%s to %s)", action_title(a), points_text(a->scored->earlier, then), points_text(a->scored->score, now));
}

static void add_points(struct products *all, struct product *p, const struct action *a)
{
	const char *oddity = a->scored->oddity;

	if (oddity || isnan(action_open(a))) {
		p->unreadable++;
		add_to_list(&p->oddities, "%s (%s)", action_title(a), oddity ? oddity : "its maximum is not told");
		return;
	}
	points_add(&p->points, a);
	points_add(&all->points, a);
}

static void add_action(struct products *all, struct product *p, const struct action *a, bool without_accepted)
{
	enum action_status status = action_status(a);

	p->to_address += status == ACTION_TO_ADDRESS;
	p->accepted += status == ACTION_ACCEPTED;
	p->planned += status == ACTION_PLANNED;
	if (status == ACTION_TO_ADDRESS)
		action_keep_best(p->worst, PRODUCT_NAMED, a, action_is_worth_more);
	if (action_is_strange(a))
		add_to_list(&p->states, "%s of %s", a->kind->state, action_title(a));
	if (action_loss(a) > 0)
		add_loss(all, p, a);
	if (status != ACTION_ACCEPTED || !without_accepted)
		add_points(all, p, a);
}

void products_visit(const struct score_day *day, bool without_accepted, struct products *all, product_visit *visit, void *data)
{
	AUTO_FREE const struct action **order = mem_new(day->action_count, sizeof(*order));
	const struct action **a = order, **end = order + day->action_count;

	for (size_t i = 0; i < day->action_count; i++)
		order[i] = &day->actions[i];
	if (a < end)
		qsort(order, day->action_count, sizeof(*order), by_product);
	while (a < end) {
		const char *service = product_of(*a);
		struct product p = { .name = product_name(service) };

		for (; a < end && !strcasecmp(product_of(*a), service); a++)
			add_action(all, &p, *a, without_accepted);
		visit(&p, data);
		buf_free(&p.losses);
		buf_free(&p.states);
		buf_free(&p.oddities);
	}
}

void product_print_worst(const struct product *p, struct buf *out)
{
	char points[POINTS_SIZE];
	unsigned named = 0;

	for (; named < PRODUCT_NAMED && p->worst[named]; named++) {
		double open = action_open(p->worst[named]);

		buf_print(out, "%s%s (%s point%s)", named ? ", " : "", action_title(p->worst[named]),
			  isnan(open) ? "unknown" : points_text(open, points), fabs(open - 1) < 0.05 ? "" : "s");
	}
	if (p->to_address > named)
		buf_print(out, " and %u more", p->to_address - named);
}

void products_print_lost(const struct products *all, struct buf *out)
{
	for (int i = 0; i < PRODUCT_NAMED && all->lost[i]; i++)
		buf_print(out, "%s%s (%s)", i ? ", " : ": ", action_title(all->lost[i]), product_name(product_of(all->lost[i])));
	if (all->regressed > PRODUCT_NAMED)
		buf_print(out, " and %u more", all->regressed - PRODUCT_NAMED);
}
