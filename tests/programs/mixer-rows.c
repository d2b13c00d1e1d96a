// SPDX-License-Identifier: GPL-2.0-only
/*
 * mixer-rows: each element of the card's mixer, as applications and alsactl use it; and
 * what volumes and switches do to what is heard.
 */
#include <stdlib.h>

#include "card-control.h"
#include "card-stream.h"
#include "ktap.h"

#define FRAMES   960
#define ELEMENTS 16
#define CHECKS   10

static snd_ctl_t *ctl;

struct element {
	snd_ctl_elem_id_t *id;
	long max;
	long value; /* when it was first read */
};

static int get(const struct element *element, long *number)
{
	snd_ctl_elem_value_t *value;
	int err;

	snd_ctl_elem_value_alloca(&value);
	snd_ctl_elem_value_set_id(value, element->id);
	err = snd_ctl_elem_read(ctl, value);
	*number = snd_ctl_elem_value_get_integer(value, 0);
	return err;
}

static int put(const struct element *element, long number)
{
	snd_ctl_elem_value_t *value;

	snd_ctl_elem_value_alloca(&value);
	snd_ctl_elem_value_set_id(value, element->id);
	snd_ctl_elem_value_set_integer(value, 0, number);
	return snd_ctl_elem_write(ctl, value);
}

static bool holds(const struct element *element, long number)
{
	long is;

	return !get(element, &is) && is == number;
}

/* Events that say that this element has another value, of all that there are. */
static int events_of(const struct element *element)
{
	snd_ctl_event_t *event;
	int count = 0;

	snd_ctl_event_alloca(&event);
	while (snd_ctl_read(ctl, event) > 0)
		if (snd_ctl_event_elem_get_numid(event) ==
			    snd_ctl_elem_id_get_numid(element->id) &&
		    snd_ctl_event_elem_get_mask(event) &
			    SND_CTL_EVENT_MASK_VALUE)
			count++;
	return count;
}

static bool has_scale(const struct element *element)
{
	long lowest, highest;

	if (element->max == 1)
		return true;
	return !snd_ctl_convert_to_dB(ctl, element->id, 0, &lowest) &&
	       !snd_ctl_convert_to_dB(ctl, element->id, element->max,
				      &highest) &&
	       lowest == -9600 && !highest;
}

static bool refuses(const struct element *element, long number)
{
	return put(element, number) == -EINVAL &&
	       holds(element, element->value);
}

/* How many elements are not as they were first read. */
static int changed(const struct element *elements, unsigned int count)
{
	int changes = 0;

	while (count--)
		changes += !holds(&elements[count], elements[count].max);
	return changes;
}

static void judge(struct ktap *ktap, struct element *element,
		  const struct element *all, unsigned int count)
{
	long other;

	ktap_note(ktap, "%s, %u", snd_ctl_elem_id_get_name(element->id),
		  snd_ctl_elem_id_get_index(element->id));
	ktap_result(ktap,
		    !get(element, &element->value) &&
			    element->value == element->max,
		    "it can be read, and is at its highest");
	ktap_result(ktap, has_scale(element), "a volume is in dB");
	events_of(element);
	ktap_result(ktap, put(element, element->value) == 0,
		    "a write that changes nothing is taken");
	ktap_result(ktap, events_of(element) == 0, "and nobody is told");
	other = element->max / 2;
	ktap_result(ktap, put(element, other) == 0 && holds(element, other),
		    "a write that changes it is kept");
	ktap_result(ktap, events_of(element) == 1, "and listeners are told");
	ktap_result(ktap, changed(all, count) == 1, "no other has changed");
	put(element, element->value);
	ktap_result(ktap, refuses(element, element->max + 1),
		    "too high is refused");
	ktap_result(ktap, refuses(element, -1), "too low is refused");
	ktap_result(ktap, refuses(element, 1L << 32 | 1),
		    "what would be cut off is refused");
}

/* --- what is heard --- */

struct heard_row {
	const char *name;
	long volume[2]; /* playback, capture */
	long on[2];
	int sample; /* of 16384, in S16; in other formats likewise */
};

static const struct heard_row heard_rows[] = {
	{ "0 dB: as it is", { 96, 96 }, { 1, 1 }, 16384 },
	{ "playback, -6 dB", { 90, 96 }, { 1, 1 }, 8211 },
	{ "capture, -6 dB", { 96, 90 }, { 1, 1 }, 8211 },
	{ "both, -20 dB in all", { 86, 86 }, { 1, 1 }, 1638 },
	{ "the lowest", { 0, 96 }, { 1, 1 }, 0 },
	{ "playback off", { 96, 96 }, { 0, 1 }, 0 },
	{ "capture off", { 96, 96 }, { 1, 0 }, 0 },
};

#define HEARD_ROWS (sizeof(heard_rows) / sizeof(heard_rows[0]))

static int set_by_name(const char *name, long number)
{
	return card_control_put(ctl, SND_CTL_ELEM_IFACE_MIXER, name, 0, number);
}

static int set_mixer(const struct heard_row *row)
{
	int err = set_by_name("PCM Playback Volume", row->volume[0]);

	if (err >= 0)
		err = set_by_name("Capture Volume", row->volume[1]);
	if (err >= 0)
		err = set_by_name("PCM Playback Switch", row->on[0]);
	if (err >= 0)
		err = set_by_name("Capture Switch", row->on[1]);
	return err;
}

/* What comes back of a sample, or what says that nothing could be heard. */
static int hear(int sample)
{
	static const struct card_setup setup = {
		.format = SND_PCM_FORMAT_S16_LE,
		.channels = 1,
		.rate = 48000,
		.buffer = 4096,
		.access = SND_PCM_ACCESS_RW_INTERLEAVED,
		.free_running = true,
	};
	short played[FRAMES], heard[FRAMES];
	snd_pcm_t *streams[2] = { NULL, NULL };
	int n, err;

	for (n = 0; n < FRAMES; n++)
		played[n] = (short)sample;
	err = snd_pcm_open(&streams[0], "hw:0,0,0", SND_PCM_STREAM_PLAYBACK, 0);
	if (!err)
		err = snd_pcm_open(&streams[1], "hw:0,0,0",
				   SND_PCM_STREAM_CAPTURE, 0);
	for (n = 0; n < 2 && !err; n++)
		err = card_stream_setup(streams[n], &setup);
	if (!err)
		err = snd_pcm_link(streams[0], streams[1]);
	if (!err && snd_pcm_writei(streams[0], played, FRAMES) != FRAMES)
		err = -EIO;
	if (!err)
		err = snd_pcm_start(streams[0]);
	if (!err && snd_pcm_readi(streams[1], heard, FRAMES) != FRAMES)
		err = -EPIPE;
	for (n = 0; n < 2; n++)
		if (streams[n])
			snd_pcm_close(streams[n]);
	return err ? 99999 : heard[FRAMES / 2];
}

static void judge_heard(struct ktap *ktap, const struct heard_row *row)
{
	int err = set_mixer(row);
	int loud = hear(16384), below = hear(-16384);

	/* (what is cut off makes a sample below zero one lower) */
	bool same = loud == row->sample &&
		    (below == -row->sample || below == -row->sample - 1);

	if (!ktap_result(ktap, err >= 0 && same, row->name))
		ktap_note(ktap, "error %d, heard %d and %d, not %d", err, loud,
			  below, row->sample);
}

/* The volumes and switches of the mixer in a list; as many as fit. */
static unsigned int find_elements(struct element *elements, unsigned int max,
				  const snd_ctl_elem_list_t *list)
{
	unsigned int n, found = 0;

	for (n = 0; n < snd_ctl_elem_list_get_used(list) && found < max; n++) {
		struct element *element = &elements[found];
		snd_ctl_elem_info_t *info;

		if (snd_ctl_elem_list_get_interface(list, n) !=
		    SND_CTL_ELEM_IFACE_MIXER)
			continue;
		snd_ctl_elem_info_alloca(&info);
		if (snd_ctl_elem_id_malloc(&element->id))
			break;
		snd_ctl_elem_list_get_id(list, n, element->id);
		snd_ctl_elem_info_set_id(info, element->id);
		if (snd_ctl_elem_info(ctl, info) ||
		    snd_ctl_elem_info_get_type(info) ==
			    SND_CTL_ELEM_TYPE_ENUMERATED)
			continue;
		element->max = snd_ctl_elem_info_get_type(info) ==
					       SND_CTL_ELEM_TYPE_BOOLEAN ?
				       1 :
				       snd_ctl_elem_info_get_max(info);
		found++;
	}
	return found;
}

static void judge_elements(struct ktap *ktap, const snd_ctl_elem_list_t *list)
{
	struct element elements[ELEMENTS + 1] = { 0 };
	unsigned int n, count = find_elements(elements, ELEMENTS + 1, list);

	for (n = 0; n < count; n++)
		judge(ktap, &elements[n], elements, count);
	ktap_result(ktap, count == ELEMENTS,
		    "each stream has a volume and a switch");
}

int main(void)
{
	snd_ctl_elem_list_t *list;
	struct ktap ktap;
	size_t n;

	ktap_begin(&ktap, stdout, ELEMENTS * CHECKS + 1 + HEARD_ROWS);
	snd_ctl_elem_list_alloca(&list);
	if (snd_ctl_open(&ctl, "hw:0", SND_CTL_NONBLOCK) ||
	    snd_ctl_subscribe_events(ctl, 1) || snd_ctl_elem_list(ctl, list) ||
	    snd_ctl_elem_list_alloc_space(list,
					  snd_ctl_elem_list_get_count(list)) ||
	    snd_ctl_elem_list(ctl, list))
		return 1;
	judge_elements(&ktap, list);
	for (n = 0; n < HEARD_ROWS; n++)
		judge_heard(&ktap, &heard_rows[n]);
	set_mixer(&heard_rows[0]);
	snd_ctl_elem_list_free_space(list);
	snd_ctl_close(ctl);
	return ktap_end(&ktap);
}
