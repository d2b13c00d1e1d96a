#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: inline.pl COMPAT.H FILE...
#
# Macros of COMPAT.H that stand for what this kernel calls something are replaced by it,
# in each FILE, and taken out of COMPAT.H, together with the comment above them.

use strict;
use warnings;

die "Usage: inline.pl COMPAT.H FILE...\n" if @ARGV < 2 || $ARGV[0] =~ /^-/;
my ($compat, @files) = @ARGV;

sub text
{
	open(my $file, '<', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return <$file>;
}

my $text = text($compat);
my $comment = qr{(?:/\*(?:(?!\*/).)*\*/\n)?}s;
my $call = qr{(\((?:[^()]++|(?1))*\))};
my @macros;

while ($text =~ /$comment^#define[ \t]+(\w+)\b(\([\w, ]*\))?+((?:[^\n\\]|\\\n|\\.)*)\n/mg) {
	my ($all, $name, $parameters, $value) = ($&, $1, $2, $3);

	# (a function keeps its lines)
	if ($value =~ /\{/) {
		$value =~ s/[ \t]*\\\n\t?/\n/g;
	} else {
		$value =~ s/\\\n/ /g;
		$value =~ s/\s+/ /g;
	}
	$value =~ s/^\s+|\s+$//g;
	# (what has a value here, where the kernel has none, stays)
	next if ($value eq '' && !defined $parameters) || $text =~ /^#ifndef $name$/m;
	push @macros, [$all, $name, $parameters, $value];
}

# arguments TEXT: of a call, apart
sub arguments
{
	my ($inside) = @_;
	my @found = ('');
	my $depth = 0;

	$inside =~ s/^\(|\)$//g;
	for my $char (split //, $inside) {
		$depth++ if $char eq '(';
		$depth-- if $char eq ')';
		if ($char eq ',' && !$depth) {
			push @found, '';
		} else {
			$found[-1] .= $char;
		}
	}
	s/^\s+|\s+$//g for @found;
	return @found;
}

sub expand
{
	my ($parameters, $value, $given) = @_;
	my %by_name;

	@by_name{arguments($parameters)} = arguments($given);
	$value =~ s/\b([a-z]\w*)\b/exists $by_name{$1} ? $by_name{$1} : $1/gie;
	$value =~ s/\s*##\s*//g;
	return $value =~ /\n/ ? aligned($value) : initializers($value);
}

# initializers TEXT: one a line
sub initializers
{
	my ($text) = @_;

	$text =~ s/, \./,\n\t./g;
	return $text;
}

# aligned TEXT: what goes on inside of parentheses stands below what follows them
sub aligned
{
	my ($text) = @_;
	my (@columns, @lines);

	for my $line (split /\n/, $text) {
		if (@columns) {
			my $column = $columns[-1];

			$line =~ s/^\s+//;
			$line = "\t" x ($column / 8) . ' ' x ($column % 8) . $line;
		}
		push @lines, $line;
		my $column = 0;
		for my $char (split //, $line) {
			$column = $char eq "\t" ? ($column / 8 + 1) * 8 & ~7 : $column + 1;
			push @columns, $column if $char eq '(';
			pop @columns if $char eq ')';
		}
	}
	# (between functions)
	return join("\n", @lines) =~ s/^\}\n/}\n\n/gmr;
}

$text =~ s/\Q$_->[0]\E// for @macros;
# (what is left of a comment when its #if was settled)
$text =~ s{^/\*(?:(?!\*/).)*\*/\n(?=\n)}{}mgs;
$text =~ s/\n{3,}/\n\n/g;
my %changed = ($compat => $text);
for my $file (grep { !m{(^|/)\Q$compat\E$} } @files) {
	my $old = text($file);
	my $new = $old;

	for my $macro (@macros) {
		my (undef, $name, $parameters, $value) = @$macro;

		if ($value eq '') {
			$new =~ s/^$name$call;?\n\n?//gm;
		} elsif (defined $parameters) {
			# (a function ends with no semicolon)
			my $end = $value =~ m{\}$} ? ';?' : '';

			$new =~ s/\b$name$call$end/expand($parameters, $value, $1)/ge;
		} else {
			my $lines = initializers($value);

			$new =~ s/\b$name\b/$lines/g;
		}
	}
	$changed{$file} = $new if $new ne $old;
}
for my $file (keys %changed) {
	open(my $out, '>', $file) or die "$file: $!\n";
	print $out $changed{$file};
	close($out) or die "$file: $!\n";
}
