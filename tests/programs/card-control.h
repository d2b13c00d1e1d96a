/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The card's controls by their names and numbers, for programs that try them.
 */
#ifndef CARD_CONTROL_H
#define CARD_CONTROL_H

#include <alsa/asoundlib.h>

#define RATE_SHIFT   "PCM Rate Shift 100000"
#define INPUT_SOURCE "Input Source"

/* The number is the subdevice of a control of the PCM, and the index of the mixer's. */
static inline void card_control_name(snd_ctl_elem_id_t *id,
				     snd_ctl_elem_iface_t interface,
				     const char *name, unsigned int number)
{
	snd_ctl_elem_id_set_interface(id, interface);
	snd_ctl_elem_id_set_name(id, name);
	if (interface == SND_CTL_ELEM_IFACE_PCM)
		snd_ctl_elem_id_set_subdevice(id, number);
	else
		snd_ctl_elem_id_set_index(id, number);
}

static inline void card_control_refer(snd_ctl_elem_value_t *value,
				      snd_ctl_elem_iface_t interface,
				      const char *name, unsigned int number)
{
	snd_ctl_elem_id_t *id;

	snd_ctl_elem_id_alloca(&id);
	card_control_name(id, interface, name, number);
	snd_ctl_elem_value_set_id(value, id);
}

/* Returns the value, or an errno of ALSA's. */
static inline long card_control_get(snd_ctl_t *ctl,
				    snd_ctl_elem_iface_t interface,
				    const char *name, unsigned int number)
{
	snd_ctl_elem_value_t *value;
	int err;

	snd_ctl_elem_value_alloca(&value);
	card_control_refer(value, interface, name, number);
	err = snd_ctl_elem_read(ctl, value);
	return err ? err : snd_ctl_elem_value_get_integer(value, 0);
}

static inline int card_control_put(snd_ctl_t *ctl,
				   snd_ctl_elem_iface_t interface,
				   const char *name, unsigned int number,
				   long integer)
{
	snd_ctl_elem_value_t *value;

	snd_ctl_elem_value_alloca(&value);
	card_control_refer(value, interface, name, number);
	snd_ctl_elem_value_set_integer(value, 0, integer);
	return snd_ctl_elem_write(ctl, value);
}

/* The same of what a capture hears, which is an item. */
static inline int card_source_get(snd_ctl_t *ctl, unsigned int capture)
{
	snd_ctl_elem_value_t *value;
	int err;

	snd_ctl_elem_value_alloca(&value);
	card_control_refer(value, SND_CTL_ELEM_IFACE_MIXER, INPUT_SOURCE,
			   capture);
	err = snd_ctl_elem_read(ctl, value);
	return err ? err : (int)snd_ctl_elem_value_get_enumerated(value, 0);
}

static inline int card_source_put(snd_ctl_t *ctl, unsigned int capture,
				  unsigned int source)
{
	snd_ctl_elem_value_t *value;

	snd_ctl_elem_value_alloca(&value);
	card_control_refer(value, SND_CTL_ELEM_IFACE_MIXER, INPUT_SOURCE,
			   capture);
	snd_ctl_elem_value_set_enumerated(value, 0, source);
	return snd_ctl_elem_write(ctl, value);
}

#endif
