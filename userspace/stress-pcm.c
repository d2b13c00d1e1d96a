// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE /* O_CLOEXEC and its like */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <alsa/asoundlib.h>

#include "pcm-calls.h"
#include "stress-pcm.h"
#include "views.h"

#define STREAMS     2 /* that a member has open at a time */
#define PERIOD_MIN  128
#define PERIOD_MAX  1024
#define PERIODS_MAX 8
#define TRANSFER    512 /* frames, at most */

/* An open substream. */
struct stream {
	snd_pcm_t *pcm; /* NULL: not open */
	int fd;
	uint32_t serial; /* its mappings have it as family */
	bool playback;
	bool gone; /* a call said -ENODEV */
	bool has_shape;
	struct pcm_shape shape;
};

/* A member's own. */
struct client {
	struct stream stream[STREAMS];
	struct views views;
	uint32_t serial;
	uint16_t count; /* frames made up */
};

const char *const stress_mix_names[] = { "any", "streams", "linked", "shared",
					 NULL };
const char *const stress_direction_names[] = { "both", "playback", "capture",
					       NULL };

static const struct stress_pcm *stress;
static uint8_t run; /* in each frame; never 0 */
static struct stream shared_stream;

static bool is_shared(void)
{
	return stress->mix == MIX_SHARED;
}

static struct client *client_of(struct member *member)
{
	return member->own;
}

/* --- what is in a frame --- */

static uint32_t make_frame(struct member *member)
{
	uint8_t who = (uint8_t)(member->number + 1);

	return (uint32_t)run << 24 | (uint32_t)who << 16 |
	       client_of(member)->count++;
}

/*
 * Byte by byte: card and client may be in the middle of writing the frame. @owner:
 * who alone may have made it, or 0.
 */
static void judge_frame(struct member *member, uint32_t frame, uint32_t owner)
{
	const struct crowd *crowd = member->crowd;
	unsigned int of_run = frame >> 24, who = frame >> 16 & 0xff;

	if ((!of_run || of_run == run) &&
	    who <= crowd->processes * crowd->threads &&
	    (!who || !owner || who == owner))
		return;
	crowd_failed(member, "member %u: a frame that is not his: %#x, run %#x",
		     member->number, frame, run);
}

/* --- streams --- */

static unsigned long buffer_pages(const struct pcm_shape *shape)
{
	unsigned long bytes = shape->period * shape->periods * PCM_FRAME_BYTES;

	return (bytes + views_page() - 1) / views_page();
}

static struct stream *any_stream(struct member *member)
{
	struct client *client = client_of(member);
	unsigned int at = dice_below(&member->dice, STREAMS);

	if (is_shared())
		return &shared_stream;
	/* A child has its parent's mappings; the streams are the parent's. */
	if (member->depth)
		return NULL;
	if (!client->stream[at].pcm)
		at = (at + 1) % STREAMS;
	return client->stream[at].pcm ? &client->stream[at] : NULL;
}

/* Notes that the card is gone, when that is what a call says. */
static int result_of(struct stream *stream, int err)
{
	if (err == -ENODEV)
		stream->gone = true;
	return err;
}

/* The card takes its time to come back. */
static int not_opened(int err)
{
	if (err != -EBUSY && err != -EAGAIN)
		usleep(1000);
	return err;
}

static bool chooses_capture(struct dice *dice)
{
	if (stress->direction == DIRECTION_BOTH)
		return dice_one_in(dice, 2);
	return stress->direction == DIRECTION_CAPTURE;
}

static int open_stream(struct stream *stream, struct dice *dice)
{
	snd_pcm_stream_t direction = chooses_capture(dice) ?
					     SND_PCM_STREAM_CAPTURE :
					     SND_PCM_STREAM_PLAYBACK;
	struct pollfd poll;
	snd_pcm_t *pcm;
	int err;

	err = snd_pcm_open(&pcm, stress->device, direction, SND_PCM_NONBLOCK);
	if (err < 0)
		return not_opened(err);
	if (snd_pcm_poll_descriptors(pcm, &poll, 1) != 1) {
		snd_pcm_close(pcm);
		return -EIO;
	}
	*stream = (struct stream){
		.pcm = pcm,
		.fd = poll.fd,
		.playback = direction == SND_PCM_STREAM_PLAYBACK,
	};
	return 0;
}

/*
 * A card that is not found stays in use, as does its driver, as long as something of it
 * is mapped: its clients let go after some more touches, however slow the machine is.
 */
static void give_up_card(struct member *member)
{
	if (dice_one_in(&member->dice, 4))
		views_unmap_all(&client_of(member)->views);
}

static int do_open(struct member *member)
{
	struct client *client = client_of(member);
	unsigned int at = dice_below(&member->dice, STREAMS);
	int err;

	if (is_shared() || member->depth || client->stream[at].pcm)
		return CROWD_IDLE;
	err = open_stream(&client->stream[at], &member->dice);
	if (!err)
		client->stream[at].serial = ++client->serial;
	else if (err != -EBUSY && err != -EAGAIN)
		give_up_card(member);
	return err;
}

/* What is mapped of it stays so: the kernel keeps the substream as long. */
static int close_stream(struct stream *stream)
{
	int err = snd_pcm_close(stream->pcm);

	stream->pcm = NULL;
	return err;
}

static int do_close(struct member *member)
{
	struct stream *stream = any_stream(member);

	if (!stream || is_shared())
		return CROWD_IDLE;
	return close_stream(stream);
}

/* --- parameters and states --- */

static struct pcm_shape any_shape(struct dice *dice)
{
	static const unsigned int rates[] = { 8000,  44100, 48000,
					      48000, 96000, 192000 };

	return (struct pcm_shape){
		.mmap = dice_one_in(dice, 2),
		.endless = dice_one_in(dice, 2),
		.rate = rates[dice_below(dice, 6)],
		.period = PERIOD_MIN +
			  dice_below(dice, PERIOD_MAX - PERIOD_MIN + 1),
		.periods = 2 + dice_below(dice, PERIODS_MAX - 1),
	};
}

static int set_shape(struct stream *stream, const struct pcm_shape *shape)
{
	int err = pcm_hw_params(stream->fd, shape);

	if (!err) {
		stream->shape = *shape;
		stream->has_shape = true;
	}
	return result_of(stream, err);
}

static int do_hw_params(struct member *member)
{
	struct stream *stream = any_stream(member);
	struct pcm_shape shape = any_shape(&member->dice);

	return stream ? set_shape(stream, &shape) : CROWD_IDLE;
}

static int do_hw_free(struct member *member)
{
	struct stream *stream = any_stream(member);
	int err;

	if (!stream)
		return CROWD_IDLE;
	err = pcm_hw_free(stream->fd);
	if (!err)
		stream->has_shape = false;
	return result_of(stream, err);
}

static int on_any(struct member *member, int (*call)(int fd))
{
	struct stream *stream = any_stream(member);

	return stream ? result_of(stream, call(stream->fd)) : CROWD_IDLE;
}

static int do_prepare(struct member *member)
{
	return on_any(member, pcm_prepare);
}

static int do_start(struct member *member)
{
	return on_any(member, pcm_start);
}

static int do_drop(struct member *member)
{
	return on_any(member, pcm_drop);
}

static int do_resume(struct member *member)
{
	return on_any(member, pcm_resume);
}

static int do_unlink(struct member *member)
{
	return on_any(member, pcm_unlink);
}

static int do_pause(struct member *member)
{
	struct stream *stream = any_stream(member);
	bool on = dice_one_in(&member->dice, 2);

	return stream ? result_of(stream, pcm_pause(stream->fd, on)) :
			CROWD_IDLE;
}

static int do_state(struct member *member)
{
	struct stream *stream = any_stream(member);
	struct pcm_status status;

	return stream ? result_of(stream, pcm_status(stream->fd, &status)) :
			CROWD_IDLE;
}

static int drain_to_the_end(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	int err;

	fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	err = pcm_drain(fd);
	fcntl(fd, F_SETFL, flags);
	return err;
}

/*
 * ALSA waits for 1.1 times the buffer, 100 ms at least. That all was played shows at the
 * end of a period, which may be later, if the periods are few.
 */
#define DRAIN_SLACK 50 /* ms, for a busy machine */

static bool may_drain_too_long(const struct stream *stream)
{
	unsigned long buffer = stream->shape.period * stream->shape.periods;
	unsigned long longest = buffer * 1100 / stream->shape.rate, left = 0;
	struct pcm_status status;

	if (pcm_status(stream->fd, &status))
		return true;
	if (status.avail < buffer)
		left = buffer - status.avail;
	left = (left + stream->shape.period) * 1000 / stream->shape.rate;
	return left + DRAIN_SLACK > (longest < 100 ? 100 : longest);
}

/* All that are linked to it are waited for. */
static bool some_may_drain_too_long(const struct client *client)
{
	bool may = false;
	unsigned int n;

	for (n = 0; n < STREAMS; n++)
		if (client->stream[n].pcm && client->stream[n].has_shape)
			may |= may_drain_too_long(&client->stream[n]);
	return may;
}

static int drain_and_wait(struct member *member, struct stream *stream)
{
	bool may = some_may_drain_too_long(client_of(member));
	int err = drain_to_the_end(stream->fd);

	if (err == -EIO && !may)
		crowd_failed(member, "member %u: drain took too long",
			     member->number);
	return err;
}

/* In one of four cases it waits; but not for what others do to a shared one. */
static int do_drain(struct member *member)
{
	struct stream *stream = any_stream(member);

	if (!stream)
		return CROWD_IDLE;
	if (is_shared() || !dice_one_in(&member->dice, 4))
		return result_of(stream, pcm_drain(stream->fd));
	return result_of(stream, drain_and_wait(member, stream));
}

static int do_link(struct member *member)
{
	struct client *client = client_of(member);
	struct stream *stream = client->stream;

	if (is_shared() || member->depth || !stream[0].pcm || !stream[1].pcm)
		return CROWD_IDLE;
	return result_of(&stream[0], pcm_link(stream[0].fd, stream[1].fd));
}

/* --- frames --- */

static unsigned long any_count(struct member *member)
{
	return 1 + dice_below(&member->dice, TRANSFER);
}

static int do_forward(struct member *member)
{
	struct stream *stream = any_stream(member);
	unsigned long count = any_count(member);

	return stream ? result_of(stream, pcm_forward(stream->fd, count)) :
			CROWD_IDLE;
}

static int play_frames(struct member *member, int fd)
{
	unsigned long count = any_count(member), n;
	uint32_t frames[TRANSFER];

	for (n = 0; n < count; n++)
		frames[n] = make_frame(member);
	return pcm_write(fd, frames, count);
}

static int record_frames(struct member *member, int fd)
{
	unsigned long count = any_count(member), n;
	uint32_t frames[TRANSFER] = { 0 };
	int err = pcm_read(fd, frames, count);

	for (n = 0; n < count; n++)
		judge_frame(member, frames[n], 0);
	return err;
}

static int do_transfer(struct member *member)
{
	struct stream *stream = any_stream(member);
	int err;

	/* Seldom through calls where it is known that they are refused. */
	if (!stream || (!is_shared() && stream->shape.mmap &&
			!dice_one_in(&member->dice, 8)))
		return CROWD_IDLE;
	err = stream->playback ? play_frames(member, stream->fd) :
				 record_frames(member, stream->fd);
	return result_of(stream, err);
}

/* --- mappings --- */

static int map_stream(struct member *member, struct stream *stream,
		      unsigned int first, unsigned int pages)
{
	struct view view = {
		.first = first,
		.pages = pages,
		.protection = PROT_READ | PROT_WRITE,
		.family = stream->serial,
	};

	if (stream->playback && !is_shared())
		view.owner = member->number + 1;
	view.base = mmap(NULL, pages * views_page(), view.protection,
			 MAP_SHARED, stream->fd, (off_t)(first * views_page()));
	if (view.base == MAP_FAILED)
		return result_of(stream, -errno);
	views_add(&client_of(member)->views, &view);
	return 0;
}

static int do_map(struct member *member)
{
	struct stream *stream = any_stream(member);
	unsigned int pages = PERIODS_MAX, first;

	if (!stream || !views_have_room(&client_of(member)->views))
		return CROWD_IDLE;
	if (!is_shared() && stream->has_shape)
		pages = (unsigned int)buffer_pages(&stream->shape);
	first = dice_below(&member->dice, pages);
	pages = 1 + dice_below(&member->dice, pages - first);
	return map_stream(member, stream, first, pages);
}

static void touch(struct member *member, const struct view *view)
{
	unsigned int words = view->pages * (unsigned int)views_page() / 4;
	uint32_t *frame = (void *)view->base;

	frame += dice_below(&member->dice, words);
	judge_frame(member, __atomic_load_n(frame, __ATOMIC_RELAXED),
		    view->owner);
	if (view->protection & PROT_WRITE)
		__atomic_store_n(frame, make_frame(member), __ATOMIC_RELAXED);
}

static int do_touch(struct member *member)
{
	struct view *view =
		views_any(&client_of(member)->views, &member->dice, PROT_READ);
	unsigned int n;

	if (!view)
		return CROWD_IDLE;
	for (n = 0; n < 8; n++)
		touch(member, view);
	return 0;
}

static int do_unmap(struct member *member)
{
	return views_unmap(&client_of(member)->views, member);
}

/* Parameters change only while nothing is mapped. */
static int do_let_go(struct member *member)
{
	struct client *client = client_of(member);

	if (!client->views.count)
		return CROWD_IDLE;
	views_unmap_all(&client->views);
	return 0;
}

static int do_move(struct member *member)
{
	return views_move(&client_of(member)->views, member);
}

static int do_protect(struct member *member)
{
	return views_protect(&client_of(member)->views, member);
}

static int do_grow(struct member *member)
{
	return views_grow(&client_of(member)->views, member);
}

/* --- a step towards a mapped stream that runs --- */

static bool is_mapped(struct client *client, const struct stream *stream)
{
	unsigned int n;

	for (n = 0; n < client->views.count; n++)
		if (client->views.view[n].family == stream->serial)
			return true;
	return false;
}

static int begin_to_run(struct stream *stream)
{
	int err = 0;

	if (stream->playback)
		err = pcm_forward(stream->fd, 1);
	return err ? err : pcm_start(stream->fd);
}

static int next_state(struct member *member, struct stream *stream)
{
	struct pcm_status status;
	int err = pcm_status(stream->fd, &status);

	if (err)
		return err;
	switch (status.state) {
	case PCM_PREPARED:
		return begin_to_run(stream);
	case PCM_RUNNING:
		return do_touch(member) == CROWD_IDLE ?
			       0 :
			       pcm_forward(stream->fd, stream->shape.period);
	case PCM_PAUSED:
		return pcm_pause(stream->fd, false);
	case PCM_SUSPENDED:
		return pcm_resume(stream->fd) == -ENOSYS ?
			       pcm_prepare(stream->fd) :
			       0;
	case PCM_OPEN:
		stream->has_shape = false;
		return 0;
	case PCM_DRAINING:
		return pcm_drop(stream->fd);
	default:
		return pcm_prepare(stream->fd);
	}
}

static int advance(struct member *member, struct stream *stream)
{
	struct client *client = client_of(member);
	struct pcm_shape shape;
	unsigned int pages;

	if (stream->gone && !is_shared())
		return close_stream(stream);
	if (!stream->has_shape) {
		shape = any_shape(&member->dice);
		shape.mmap |= stress->mix == MIX_STREAMS;
		/* ALSA 6.1 hangs when it pauses a group of which a stream runs dry. */
		shape.endless |= stress->mix == MIX_STREAMS ||
				 stress->mix == MIX_LINKED;
		return set_shape(stream, &shape);
	}
	if (stream->shape.mmap && !is_mapped(client, stream) &&
	    views_have_room(&client->views)) {
		pages = (unsigned int)buffer_pages(&stream->shape);
		return map_stream(member, stream, 0, pages);
	}
	return result_of(stream, next_state(member, stream));
}

static int do_advance(struct member *member)
{
	struct stream *stream = any_stream(member);

	return stream ? advance(member, stream) : do_open(member);
}

/* --- the table --- */

#define ERRNOS(name, ...) static const int of_##name[] = { __VA_ARGS__, 0 }

ERRNOS(open, EBUSY, EAGAIN);
/* (alsa-lib asks for the state afterwards: somebody else may have made an xrun by then) */
ERRNOS(change, EBADFD, EBUSY, ENOMEM, EPIPE, ESTRPIPE);
ERRNOS(state, EBADFD, EPIPE, ESTRPIPE);
ERRNOS(drain, EBADFD, EPIPE, ESTRPIPE, EAGAIN, EIO);
/* (EBUSY: somebody else is changing the parameters at this moment) */
ERRNOS(transfer, EBADFD, EPIPE, ESTRPIPE, EAGAIN, EBUSY, EINVAL);
ERRNOS(map, EBADFD, EBUSY, EINVAL, ENXIO);
ERRNOS(pause, EBADFD, EPIPE, ESTRPIPE, ENOSYS);
ERRNOS(link, EBADFD, EALREADY, EINVAL);
ERRNOS(resume, EBADFD, ENOSYS);
ERRNOS(advance, EBADFD, EPIPE, ESTRPIPE, EBUSY, EAGAIN, EINVAL, ENOMEM, ENXIO);

struct mixed_operation {
	struct crowd_operation operation;
	unsigned int weight[MIXES];
};

/* Weights as in stress_mix_names. */
static const struct mixed_operation mixed[] = {
	{ { "open", 0, do_open, of_open }, { 40, 10, 40, 0 } },
	{ { "close", 0, do_close, NULL }, { 15, 2, 30, 0 } },
	{ { "hw_params", 0, do_hw_params, of_change }, { 60, 2, 40, 120 } },
	{ { "hw_free", 0, do_hw_free, of_change }, { 30, 1, 20, 100 } },
	{ { "prepare", 0, do_prepare, of_change }, { 80, 5, 80, 100 } },
	{ { "start", 0, do_start, of_state }, { 60, 5, 80, 60 } },
	{ { "drop", 0, do_drop, of_state }, { 30, 1, 30, 80 } },
	{ { "drain", 0, do_drain, of_drain }, { 6, 0, 30, 20 } },
	{ { "pause", 0, do_pause, of_pause }, { 30, 2, 30, 20 } },
	{ { "resume", 0, do_resume, of_resume }, { 10, 2, 5, 5 } },
	{ { "link", 0, do_link, of_link }, { 0, 0, 80, 0 } },
	{ { "unlink", 0, do_unlink, of_link }, { 5, 0, 40, 5 } },
	{ { "state", 0, do_state, NULL }, { 20, 10, 10, 10 } },
	{ { "forward", 0, do_forward, of_state }, { 40, 20, 20, 20 } },
	{ { "transfer", 0, do_transfer, of_transfer }, { 80, 0, 80, 150 } },
	{ { "map", 0, do_map, of_map }, { 60, 20, 10, 60 } },
	{ { "unmap", 0, do_unmap, NULL }, { 60, 20, 10, 10 } },
	{ { "let go", 0, do_let_go, NULL }, { 15, 2, 10, 80 } },
	{ { "move", 0, do_move, NULL }, { 30, 15, 2, 10 } },
	{ { "protect", 0, do_protect, NULL }, { 20, 15, 2, 5 } },
	{ { "grow", 0, do_grow, NULL }, { 10, 5, 1, 2 } },
	{ { "touch", 0, do_touch, NULL }, { 150, 150, 30, 60 } },
	{ { "fork", 0, crowd_fork, NULL }, { 8, 5, 2, 5 } },
	{ { "advance", 0, do_advance, of_advance }, { 60, 150, 100, 20 } },
};

#define MIXED (sizeof(mixed) / sizeof(mixed[0]))

/* alsa-lib prints each level of a failure; here, failures are what is looked for. */
static void quiet(const char *file, int line, const char *function, int err,
		  const char *fmt, ...)
{
	(void)file;
	(void)line;
	(void)function;
	(void)err;
	(void)fmt;
}

static int open_shared(uint64_t seed, struct refusal *why)
{
	struct dice dice;
	int err;

	dice_seed(&dice, seed);
	err = open_stream(&shared_stream, &dice);
	if (err)
		return refuse(why, EX_UNAVAILABLE, "%s: %s", stress->device,
			      snd_strerror(err));
	return 0;
}

/* Configuration that is there already need not be read by every process. */
static int look_at_device(struct refusal *why)
{
	struct stream stream;
	struct dice dice;
	int err;

	dice_seed(&dice, 1);
	err = open_stream(&stream, &dice);
	if (err && err != -EBUSY && err != -EAGAIN)
		return refuse(why, EX_UNAVAILABLE, "%s: %s", stress->device,
			      snd_strerror(err));
	if (!err)
		close_stream(&stream);
	return 0;
}

struct crowd_operation *stress_pcm_operations(const struct stress_pcm *how,
					      uint64_t seed,
					      struct refusal *why)
{
	static struct crowd_operation operations[MIXED + 1];
	unsigned int n;

	stress = how;
	run = (uint8_t)(1 + seed % 255);
	snd_lib_error_set_handler(quiet);
	if (is_shared() ? open_shared(seed, why) : look_at_device(why))
		return NULL;
	for (n = 0; n < MIXED; n++) {
		operations[n] = mixed[n].operation;
		operations[n].weight = mixed[n].weight[how->mix];
	}
	return operations;
}

int stress_pcm_begin(struct member *member)
{
	member->own = calloc(1, sizeof(struct client));
	if (member->own)
		return 0;
	crowd_failed(member, "no memory");
	return -1;
}

void stress_pcm_end(struct member *member)
{
	struct client *client = client_of(member);
	unsigned int n;

	views_unmap_all(&client->views);
	for (n = 0; n < STREAMS; n++)
		if (client->stream[n].pcm)
			close_stream(&client->stream[n]);
	free(client);
}
