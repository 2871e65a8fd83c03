// SPDX-License-Identifier: GPL-3.0-or-later
/* The case language: one file describes one situation, what the program is given and exactly what it must do.
 *
 * tests/cases/PROGRAM/NAME.case is run with that program, tests/cases/common/NAME.case with every built one.
 * A line is a word and the rest of the line. Blanks between them mean nothing, a blank at the end is refused.
 *
 *	# TEXT                  the first lines: title (mandatory); later: a comment. Empty lines mean nothing
 *	| TEXT                  a line of content, newline included, for the file, stdin or reply above it
 *
 * What the program is given
 *	portal [entra]          --api-url=@URL@ and an API token file; every request must carry the token.
 *	                        With `entra` the sign-in is that of `graph`, for the portal's scope
 *	graph [no-sign-in]      --api-url=@URL@/v1.0, --login-url=@URL@, tenant, client and secret file. A
 *	                        first exchange for the token stands in the script already, and all others must
 *	                        carry that token; `no-sign-in` leaves both to the case
 *	at TIME                 --at=TIME
 *	args WORD…              arguments behind those; quotes and backslash as in a shell; more lines add up
 *	env NAME=VALUE          holds for this run and later ones. The environment is empty but for PATH,
 *	                        HOME=@DIR@/home, MDCA_CACHE_DIR=@DIR@/cache, MDCA_BUDGET=0 (runs of one case
 *	                        would share it), LC_ALL=C, TZ=UTC and settings of sanitizers and coverage, and LOCPATH
 *	unset NAME              takes one of these away
 *	stdin                   content lines follow; without it standard input is /dev/null
 *	file NAME MODE          made in the case folder before the run; content lines follow, or |@ FILE
 *	                        [FROM=TO]… as under <@
 *	folder NAME MODE        `home` and `cache` exist with 0700; this line can change them
 *	link NAME TARGET        a symbolic link
 *	plugin GLOB…            in cases/common: the programs to run it with
 *
 * What it must do
 *	exit N                  exit status; default 0
 *	output LINE             the lines of standard output, all of them, in order, each ended by a newline;
 *	                        \t is a TAB, \xHH a byte, any other backslash stands for itself. At least one
 *	                        in every run
 *	output~ REGEX           one line by a POSIX extended expression that must fit all of it
 *	output-rest             further lines may follow and are not looked at
 *	stderr~ REGEX           without such lines standard error must be empty; with them each line must fit
 *	                        one of them as a whole, and each of them a line
 *	present TEXT            stands somewhere in standard output
 *	absent TEXT             stands in no output of any run; the simulated secrets (contoso-simulated-…)
 *	                        are looked for in every case
 *	within TIME             it must not run longer: 3, 3s, 500ms; without the time in which a busy machine gave
 *	                        it no processor. With `-t N` among the args, N and one second by default. More
 *	                        than 64 MiB of memory fail every run
 *	at-least TIME           nor end sooner
 *	connections N           TCP connections made in the whole case
 *
 * The exchanges, in order
 *	> METHOD TARGET         the request line; * for either fits anything. A request that is not the next
 *	                        one, one beyond the last and one that never came fail the case, and so does a
 *	                        GET with a body
 *	>= JSON                 the body equals this as JSON, "@any@" fits any value; further >= lines go on
 *	>~ TEXT                 stands in the body
 *	>f NAME=VALUE           form field, decoded
 *	>h NAME: VALUE          header with exactly this value
 *	>!h NAME                no such header
 *	>x N                    the same exchange N times in a row
 *	any-order               requests may come in any order
 *	< STATUS [NAME: VALUE]  the reply, with a header if need be; Content-Length and Content-Type are
 *	                        added. Content lines are its body
 *	<h NAME: VALUE          a further header
 *	<@ FILE [FROM=TO]…      adds a file below tests/ to the body, every FROM in it (there must be one)
 *	                        replaced by TO; words as under args
 *	< raw TEXT              bytes as they are, with \r \n \t \\ \xHH, behind the reply or, without a
 *	                        status, instead of it; then the connection ends
 *	< wait TIME             before the first byte
 *	< drip N                body bytes a second
 *	< chunked [N]           chunks of N bytes, default 1000
 *	< pad N                 N blanks behind the body so far
 *	< repeat N TEXT         TEXT, escaped like raw, N times behind all of it, made while it is sent
 *	< short                 promises more than it sends, then closes (chunked: no last chunk)
 *	< until-close           no length: the end of the connection is the end of the body
 *	< close                 closes the connection after the reply
 *	< drop                  closes it instead of a reply
 *	< reset                 resets it, after the reply if there is one
 *	< drop-after N          resets it after N bytes of the reply, head included
 *	< stall                 nothing more comes and nothing closes; without a status: no reply
 *
 * Several runs
 *	run                     starts the next run with its own args, exit, outputs, times and exchanges;
 *	                        case folder, files and server go on. The lines portal, graph, at, plugin,
 *	                        absent, connections and any-order stand before the first `run`
 *	run again               the same with args, stdin, exit, outputs and times of the run before
 *
 * Replaced everywhere but in comments, also in included files
 *	@DIR@                   the case folder
 *	@URL@, @PORT@           the server: http://127.0.0.1:PORT
 *	@REFUSED@               a URL where nothing listens
 *	@ELSEWHERE@             a URL of another origin: a connection there fails the case
 *	@PLUGIN@, @VERSION@     name of the program, version of the package
 *	@API_TOKEN@             as simulated; so are @ACCESS_TOKEN@, @CLIENT_SECRET@, @TENANT_ID@ and
 *	                        @CLIENT_ID@
 */
#pragma once
#include "base/strings.h"
#include "support/exchange.h"
#include "support/linediff.h"
#include <sys/types.h>

enum case_node { NODE_FILE, NODE_FOLDER, NODE_LINK };

struct case_file {
	enum case_node node;
	char *name;
	mode_t mode;
	struct buf content; /* of a link: its target */
};

struct case_run {
	int line;
	struct strings args;
	int exit_status;
	struct wanted_line *output;
	size_t output_count;
	bool output_rest;
	struct wanted_line *errors; /* all of them patterns */
	size_t error_count;
	struct strings present;
	int64_t within_ms, at_least_ms; /* 0: no bound */
	struct strings environment;     /* changes from this run on: "NAME=VALUE" sets, "NAME" unsets */
	struct case_file *files;
	size_t file_count;
	struct buf input;
};

struct casefile {
	char *title;
	struct strings plugins, absent;
	int connections; /* -1: not looked at */
	struct case_run *runs;
	size_t run_count;
	struct script script;
};

/* A value for @NAME@. Lists end with a NULL name. */
struct casefile_var {
	const char *name, *value;
};

/* Reads a case; includes are looked for below `tests`. ERR_CONFIG says file, line and what is wrong. c is yours to
 * release. */
bool casefile_read(const char *path, const char *tests, const struct casefile_var *vars, struct casefile *c,
		   struct err *e) MUST_USE;
void casefile_free(struct casefile *c);
