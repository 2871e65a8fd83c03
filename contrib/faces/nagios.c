// SPDX-License-Identifier: GPL-3.0-or-later
/* Nagios objects and NRPE commands. The tenant is a custom variable of the host that stands for it. */
#include "faces/faces.h"

static void add_origin(const struct suite *s, struct buf *out)
{
	buf_print(out, "# Made from the option tables of mdca-plugins %s; changes belong into files of your own.\n", s->checks[0].version);
}

void nagios_commands(const struct suite *s, struct buf *out)
{
	add_origin(s, out);
	buf_add(out,
		"# $ARG1$ is what stands behind --extra-opts: SECTION or SECTION@FILE. $ARG2$ holds further options, if any. No quotes: mod_gearman\n"
		"# refuses them where it is restricted to a path.\n");
	for (size_t i = 0; i < s->count; i++)
		buf_print(out,
			  "\ndefine command {\n"
			  "    command_name    %s\n"
			  "    command_line    $USER1$/%s --extra-opts=$ARG1$ $ARG2$\n"
			  "}\n",
			  s->checks[i].name, s->checks[i].name);
}

void nagios_templates(const struct suite *s, struct buf *out)
{
	add_origin(s, out);
	buf_add(out,
		"# A service template for each check. The host that stands for a tenant has _MDCA_SECTION, the section with its portal host and\n"
		"# API token, and _MDCA_GRAPH_SECTION, the one with its app registration.\n"
		"\n"
		"define service {\n"
		"    name                    mdca-service\n"
		"    check_period            24x7\n"
		"    check_interval          60      ; minutes: these things are looked at weekly\n"
		"    retry_interval          15\n"
		"    max_check_attempts      3\n"
		"    notification_options    w,u,c,r\n"
		"    register                0\n"
		"}\n");
	for (size_t i = 0; i < s->count; i++) {
		const struct check *c = &s->checks[i];

		buf_print(out,
			  "\ndefine service {\n"
			  "    name                    %s\n"
			  "    use                     mdca-service\n"
			  "    service_description     MDCA %s\n"
			  "    notes                   %s\n"
			  "    check_command           %s!$_HOSTMDCA_%sSECTION$\n"
			  "    register                0\n"
			  "}\n",
			  c->object, c->words, c->summary, c->name, c->graph ? "GRAPH_" : "");
	}
}

void nrpe_commands(const struct suite *s, struct buf *out)
{
	add_origin(s, out);
	buf_add(out,
		"# One tenant, for the include folder of NRPE (nrpe.d): sections contoso and contoso-graph of monitoring-plugins.ini, which must be\n"
		"# readable for NRPE's user. For a further tenant copy the lines and change the three names. No arguments come from outside.\n"
		"# The caller must wait longer than the checks: check_nrpe -t 40:UNKNOWN\n"
		"\n");
	for (size_t i = 0; i < s->count; i++) {
		const struct check *c = &s->checks[i];

		buf_print(out, "command[%s_contoso]=%s/%s --extra-opts=contoso%s\n", c->name, s->folder, c->name, c->graph ? "-graph" : "");
	}
}
