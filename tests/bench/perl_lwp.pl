# SPDX-License-Identifier: GPL-3.0-or-later
# What a plugin in Perl with LWP would do. perl_lwp.pl URL BUNDLE HEADER-FILE REQUESTS
use strict;
use warnings;
use HTTP::Request;
use JSON::PP;
use LWP::UserAgent;

my ($url, $bundle, $header, $asked) = @ARGV;
my $agent = LWP::UserAgent->new(timeout => 30, keep_alive => 1, ssl_opts => { verify_hostname => 1, SSL_ca_file => $bundle });
open(my $file, '<', $header) or die "$header: $!";
my ($name, $value) = split(/: /, <$file> =~ s/\s+$//r, 2);
$agent->default_header($name => $value, Accept => 'application/json', 'Accept-Encoding' => 'gzip');
open(my $list, '<', $asked) or die "$asked: $!";
my $count = 0;
while (my $line = <$list>) {
	my $request = decode_json($line);
	my $headers = $request->{body} ? ['Content-Type' => 'application/json'] : [];
	my $reply = $agent->request(HTTP::Request->new($request->{method}, $url . $request->{target}, $headers, $request->{body}));
	die $reply->status_line unless $reply->is_success;
	my $document = decode_json($reply->content);
	$count += scalar @{ $document->{$_} || [] } for qw(data value streams);
}
print "OK: $count rows\n";
