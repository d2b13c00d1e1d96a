#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Linked streams: ALSA and the card agree on which of them run.
. "$(dirname "$0")/../lib/ktap.sh"

# The streams have another format than before, so that one which the card still ran
# would show.
play()
{
	oncard-play -D hw:0,0,0 --signal counter --duration 1 --format S32_LE --rate 44100
}

ktap_plan 6
ktap_subtest "draining without unlinking" linked-streams drain
ktap_check "both streams are as new: bit-exact" play
ktap_subtest "draining what the capture started" linked-streams follow
ktap_check "both streams are as new, again" play
ktap_subtest "closing the capture while the playback drains" linked-streams abandon
ktap_check "neither was left running: bit-exact" play
ktap_finish
