// SPDX-License-Identifier: GPL-3.0-or-later
/* The table of AADSTS numbers that a client credentials sign-in meets. */
#include "cloud/aadsts.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static const struct {
	int64_t number;
	const char *cause, *cure;
} hints[] = {
	{ 7000215, "the client secret is wrong", "use its value and not its id, a new one works after some minutes" },
	{ AADSTS_SECRET_ENDED, "the client secret has expired", "create a new one and replace the file" },
	{ 7000218, "no credential arrived", "check that the file of the credential is not empty" },
	{ 700016, "the client id is unknown in this tenant", "check --client-id, --tenant-id and --cloud" },
	{ 700011, "the client id is unknown in this tenant", "check --client-id, --tenant-id and --cloud" },
	{ 7000112, "the application is disabled", "enable it in Entra ID" },
	{ 90002, "the tenant was not found", "check --tenant-id and --cloud" },
	{ 900023, "the tenant is neither a directory id nor a domain", "correct --tenant-id" },
	{ 90038, "the tenant lives in another cloud", "set --cloud" },
	{ 900382, "the tenant lives in another cloud", "set --cloud" },
	{ 900432, "the tenant lives in another cloud", "set --cloud" },
	{ 700027, "the certificate is not known to the application", "upload it and compare thumbprints, a new one works after some minutes" },
	{ 1000502, "the certificate is outside its dates", "make a new one, upload it and replace the file, or set this host's clock" },
	{ 700024, "the assertion is outside its time", "set this host's clock, or renew the federated token file" },
	{ 700021, "the assertion names another client", "check --client-id" },
	{ 700023, "the assertion is meant for another authority", "check --cloud and --login-url" },
	{ 50027, "the assertion is not a token", "check what the federated token file holds" },
	{ 50012, "the signing certificate is not valid", "renew the certificate" },
	{ 70021, "no federated credential fits the token", "compare issuer, subject and audience" },
	{ 70025, "the application has no federated credential", "add one with issuer, subject and audience of the token" },
	{ 700212, "no federated credential has this audience", "compare issuer, subject and audience, also their letter case" },
	{ 700211, "no federated credential has this issuer", "compare issuer, subject and audience, also their letter case" },
	{ 700213, "no federated credential has this subject", "compare issuer, subject and audience, also their letter case" },
	{ 7002131, "no federated credential has this subject", "compare issuer, subject and audience, also their letter case" },
	{ 7002138, "no federated credential has this subject", "compare issuer, subject and audience, also their letter case" },
	{ 1002012, "the scope was not accepted", "check --cloud" },
	{ 70011, "the scope was not accepted", "check --cloud" },
	{ 500011, "the service is unknown in this tenant", "check --cloud" },
	{ 50001, "the service is unknown in this tenant", "check --cloud" },
	{ 65001, "the application lacks consent", "let an administrator consent to its permissions" },
	{ 650056, "the application lacks consent", "let an administrator consent to its permissions" },
	{ 90094, "the application lacks consent", "let an administrator consent to its permissions" },
	{ 53003, "a Conditional Access policy blocks it", "allow this host's address for the application" },
	{ 900144, "a field of the request is missing", "please report this as a fault of the check" },
	{ 90055, "the tenant signs in too often", "let the checks keep their tokens (--cache-dir)" },
	{ 90006, "a passing fault of Entra", "it ends by itself" },
	{ 90012, "a passing fault of Entra", "it ends by itself" },
	{ 90024, "a passing fault of Entra", "it ends by itself" },
	{ 90033, "a passing fault of Entra", "it ends by itself" },
	{ 90090, "a passing fault of Entra", "it ends by itself" },
};

bool aadsts_hint(int64_t number, const char **cause, const char **cure)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (hints[i].number == number) {
			*cause = hints[i].cause;
			*cure = hints[i].cure;
			return true;
		}
	}
	return false;
}

int64_t aadsts_number(const char *text)
{
	const char *at = strstr(text, "AADSTS");
	int64_t number = 0;

	if (!at)
		return 0;
	for (at += strlen("AADSTS"); isdigit((unsigned char)*at) && number < 1000000000; at++)
		number = number * 10 + (*at - '0');
	return number;
}
