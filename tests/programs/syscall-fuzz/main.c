// SPDX-License-Identifier: GPL-2.0-only
/*
 * syscall-fuzz: system calls at random on sound devices and the lab's node, from
 * several processes at once. KTAP; --help says more.
 *
 * What is a finding: a process that a signal killed, that ended with another status
 * than 0 or that could not be started; a fault where something
 * is mapped; a mapping that must not be; what another process wrote; a call that does
 * not come back. What the kernel itself finds is in its log.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <sound/asound.h>

#include "args.h"
#include "fuzz.h"
#include "ktap.h"

#define PROGRAM    "syscall-fuzz"
#define HUNG_TICKS 600 /* looks at what threads do, ten a second */
#define MANY_CALLS 10000 /* in which some mapping is there to be looked at */
#define ALL_DEVICES \
	"{/dev/snd/{pcmC*,controlC*,timer},/dev/oncard*,/dev/lifetime}"

struct settings settings = {
	.seconds = 10,
	.processes = 4,
	.kcov = true,
};

/* A running process; the one beyond them all unbinds. */
struct child {
	pid_t pid;
	unsigned int life;
};

static struct child children[PROCESSES_MAX + 1];
static double began;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* --- processes --- */

static void start(unsigned int number)
{
	struct child *child = &children[number];

	fflush(stdout);
	child->pid = fork();
	if (child->pid < 0) {
		found("process %u cannot be started: %s", number,
		      strerror(errno));
		return;
	}
	if (!child->pid && number == PROCESSES_MAX)
		unbind_main();
	if (!child->pid)
		process_main(number, child->life);
	child->life++;
	atomic_fetch_add(&record->restarts, 1);
}

static void start_what_could_not(void)
{
	unsigned int n;

	for (n = 0; n <= PROCESSES_MAX; n++)
		if (children[n].pid < 0)
			start(n);
}

static void forget_threads(unsigned int number)
{
	unsigned int thread;

	for (thread = 0; thread < THREADS_MAX; thread++)
		record->worker[number * THREADS_MAX + thread].tid = 0;
}

/* (of what was orphaned as well, which comes to us) */
static void judge_status(pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		found("process %d was killed by signal %d", pid,
		      WTERMSIG(status));
	else if (WEXITSTATUS(status))
		found("process %d ended with exit status %d", pid,
		      WEXITSTATUS(status));
}

/* Who was stopped to be looked at, and whose parent has ended: nobody else lets him. */
static void let_go(pid_t pid)
{
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	kill(pid, SIGCONT);
}

/* Returns whether there are any left. */
static bool reap(bool restart)
{
	unsigned int n;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (WIFSTOPPED(status)) {
			let_go(pid);
			continue;
		}
		judge_status(pid, status);
		for (n = 0; n < PROCESSES_MAX; n++) {
			if (children[n].pid != pid)
				continue;
			forget_threads(n);
			if (restart)
				start(n);
		}
	}
	return pid == 0;
}

/* --- what does not come back --- */

static void describe(int tid, const char *file, char *text, size_t size)
{
	char path[64];
	ssize_t bytes;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, file);
	fd = open(path, O_RDONLY);
	bytes = fd < 0 ? 0 : read(fd, text, size - 1);
	text[bytes > 0 ? bytes : 0] = '\0';
	close(fd);
}

static void judge_hung(unsigned int worker, int tid)
{
	char stack[160], call[80];

	describe(tid, "stack", stack, sizeof(stack));
	describe(tid, "syscall", call, sizeof(call));
	found("thread %u (%d) does not come back from its call: syscall %s%s",
	      worker, tid, call, stack);
}

static void look_at_threads(void)
{
	static unsigned long last[2 * WORKERS_MAX];
	static unsigned int same[2 * WORKERS_MAX];
	unsigned int n;

	for (n = 0; n < 2 * WORKERS_MAX; n++) {
		unsigned long calls = record->worker[n].calls;
		int tid = record->worker[n].tid;

		if (!tid || calls != last[n])
			same[n] = 0;
		else if (++same[n] == HUNG_TICKS)
			judge_hung(n, tid);
		last[n] = calls;
	}
}

/* --- the run --- */

/* A slow machine gets more time for what comes but rarely. */
static bool is_over(double seconds)
{
	bool complete = seconds >= 5 * settings.seconds ||
			!report_unsuccessful(NULL, NULL);

	return (seconds >= settings.seconds && complete) ||
	       (settings.calls && record->calls >= settings.calls) ||
	       record->findings >= FINDINGS_MAX;
}

static void watch(void)
{
	unsigned int tick, shown = 0;
	double seconds;

	for (tick = 1;; tick++) {
		usleep(100000);
		seconds = now() - began;
		reap(true);
		start_what_could_not();
		look_at_threads();
		if (tick % 5 == 0)
			judge_mappings();
		if (tick % 20 == 0)
			judge_node();
		if (record->findings != shown) {
			report_findings(stdout, shown);
			shown = record->findings;
		}
		if (is_over(seconds))
			break;
		if (tick % 50 == 0)
			report_progress(seconds);
	}
}

/* Everybody ends by himself; who does not is a finding. */
static bool end(void)
{
	unsigned int tick, n;

	atomic_store(&record->stop, true);
	for (tick = 0; tick < HUNG_TICKS; tick++) {
		if (!reap(false))
			return true;
		usleep(100000);
	}
	for (n = 0; n < 2 * WORKERS_MAX; n++)
		if (record->worker[n].tid)
			judge_hung(n, record->worker[n].tid);
	for (n = 0; n <= PROCESSES_MAX; n++)
		if (children[n].pid > 0)
			kill(children[n].pid, SIGKILL);
	return false;
}

/* Not one mapping in so many calls: it is the looking that is wrong. */
static void judge_looks(void)
{
	if (record->calls >= MANY_CALLS && mappings_are_shown() &&
	    !record->mappings_judged)
		found("none of the mappings in debugfs could be looked at");
}

static int run(void)
{
	unsigned int n, findings;
	struct ktap ktap;
	bool ended;

	ktap_begin(&ktap, stdout, 3);
	ktap_note(&ktap, "seed %llu, %u processes, %u devices%s%s%s%s",
		  (unsigned long long)settings.seed, settings.processes,
		  settings.device_count, settings.kcov ? ", KCOV" : "",
		  settings.strangers ? ", files are shared with strangers" : "",
		  settings.links ? ", streams are linked" :
				   ", streams are paused",
		  settings.unbind ? ", with unbinding" : "");
	fflush(stdout);
	began = now();
	for (n = 0; n < settings.processes; n++)
		start(n);
	if (settings.unbind)
		start(PROCESSES_MAX);
	watch();
	ended = end();
	judge_node();
	judge_looks();
	findings = record->findings;
	report_progress(now() - began);
	report_table(stdout);
	report_findings(stdout, 0);
	ktap_result(&ktap, !findings, "nothing was found");
	ktap_result(&ktap, !report_unsuccessful(stdout, "# "),
		    "each kind of call that can succeed did so");
	ktap_result(&ktap, ended, "all processes ended by themselves");
	return ktap_end(&ktap);
}

/* --- devices --- */

/* A parameter of the driver; false where it is not loaded. */
static bool read_parameter(const char *name, char *value, size_t size)
{
	char path[80];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/sys/module/snd_oncard/parameters/%s",
		 name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, value, size - 1);
	close(fd);
	value[length > 0 ? length : 0] = 0;
	return length > 0;
}

/* What a mapping of one of this card's streams cannot exceed; 0: not known. */
static uint64_t bytes_max_of(unsigned int card)
{
	struct snd_ctl_card_info info;
	char path[64], value[32];
	int fd, err;

	snprintf(path, sizeof(path), "/dev/snd/controlC%u", card);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	err = ioctl(fd, SNDRV_CTL_IOCTL_CARD_INFO, &info);
	close(fd);
	if (err || strcmp((char *)info.driver, "oncard") ||
	    !read_parameter("mmap", value, sizeof(value)) ||
	    strncmp(value, "coherent", 8) ||
	    !read_parameter("buffer_max", value, sizeof(value)))
		return 0;
	return strtoull(value, NULL, 10);
}

static enum target target_of(const char *path, struct device *device)
{
	const char *name = strrchr(path, '/') + 1;
	char direction = 0;
	unsigned int pcm;

	if (sscanf(name, "pcmC%uD%u%c", &device->card, &pcm, &direction) == 3) {
		device->capture = direction == 'c';
		return TARGET_PCM;
	}
	if (!strncmp(name, "controlC", 8))
		return TARGET_CONTROL;
	if (!strcmp(name, "timer"))
		return TARGET_TIMER;
	if (!strncmp(name, "oncard", 6))
		return TARGET_COPY;
	if (!strcmp(name, "lifetime"))
		return TARGET_LIFETIME;
	return TARGET_ANY;
}

static int add_device(const char *path, struct refusal *why)
{
	struct device *device = &settings.devices[settings.device_count];

	if (settings.device_count == DEVICES_MAX)
		return refuse(why, EX_USAGE, "there are more than %d devices",
			      DEVICES_MAX);
	if (!strchr(path, '/') || strlen(path) >= sizeof(device->path))
		return refuse(why, EX_USAGE, "'%s' is not a device's path",
			      path);
	snprintf(device->path, sizeof(device->path), "%s", path);
	device->target = target_of(path, device);
	if (device->target == TARGET_ANY)
		return refuse(why, EX_USAGE,
			      "'%s' is of no known kind; allowed: a PCM, control or timer of ALSA, /dev/oncardN, /dev/lifetime",
			      path);
	if (device->target == TARGET_PCM)
		device->bytes_max = bytes_max_of(device->card);
	if (device->target == TARGET_LIFETIME)
		device->bytes_max = 1UL << 20;
	settings.has[device->target] = true;
	settings.device_count++;
	return 0;
}

static int add_devices(const char *pattern, struct refusal *why)
{
	glob_t paths;
	size_t n;
	int err = 0;

	if (glob(pattern, GLOB_BRACE, NULL, &paths))
		return refuse(why, EX_USAGE, "there is no device '%s'",
			      pattern);
	for (n = 0; n < paths.gl_pathc && !err; n++)
		err = add_device(paths.gl_pathv[n], why);
	globfree(&paths);
	return err;
}

/* --- options --- */

static const char usage[] =
	"Usage: " PROGRAM " [OPTION...]\n"
	"\n"
	"Makes system calls at random, from several processes and their threads at\n"
	"once, and reports what must not be. Run it as root, in a VM.\n"
	"\n"
	"  --seconds S      how long (default 10); five times as long at most, until each\n"
	"                   kind of call that can succeed did so\n"
	"  --calls N        end after that many calls\n"
	"  --processes N    1 to 8 (default 4), of 1 to 4 threads each\n"
	"  --seed N         begin with this one; without KCOV, each thread then makes\n"
	"                   up the same calls again\n"
	"  --device GLOB    on these; may be given repeatedly. Default: all PCMs,\n"
	"                   controls and the timer of ALSA, /dev/oncard*, /dev/lifetime\n"
	"  --unbind DRIVER  meanwhile unbind and bind this driver's devices\n"
	"  --no-kcov        do not look which code was reached\n"
	"  --help           this text\n"
	"\n"
	"Exit status: 0 nothing was found; 1 something was, or a kind of call that can\n"
	"succeed never did; 2 wrong usage.\n";

enum option_value {
	OPT_SECONDS = 256,
	OPT_CALLS,
	OPT_PROCESSES,
	OPT_SEED,
	OPT_DEVICE,
	OPT_UNBIND,
	OPT_NO_KCOV,
	OPT_HELP,
};

static const struct option options[] = {
	{ "seconds", required_argument, NULL, OPT_SECONDS },
	{ "calls", required_argument, NULL, OPT_CALLS },
	{ "processes", required_argument, NULL, OPT_PROCESSES },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "unbind", required_argument, NULL, OPT_UNBIND },
	{ "no-kcov", no_argument, NULL, OPT_NO_KCOV },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int take_option(int option, const char *value, struct refusal *why)
{
	switch (option) {
	case OPT_SECONDS:
		return parse_seconds("--seconds", value, 1e6, &settings.seconds,
				     why);
	case OPT_CALLS:
		return parse_uint64("--calls", value, 1, UINT64_MAX,
				    &settings.calls, why);
	case OPT_PROCESSES:
		return parse_uint("--processes", value, 1, PROCESSES_MAX,
				  &settings.processes, why);
	case OPT_SEED:
		return parse_uint64("--seed", value, 1, UINT64_MAX,
				    &settings.seed, why);
	case OPT_DEVICE:
		return add_devices(value, why);
	case OPT_UNBIND:
		settings.unbind = value;
		return 0;
	case OPT_NO_KCOV:
		settings.kcov = false;
		return 0;
	case OPT_HELP:
		fputs(usage, stdout);
		exit(0);
	default: /* getopt has said it */
		return refuse(why, EX_USAGE, "see " PROGRAM " --help");
	}
}

static int parse(int argc, char **argv, struct refusal *why)
{
	int option;

	for (;;) {
		option = getopt_long(argc, argv, "", options, NULL);
		if (option < 0)
			break;
		if (take_option(option, optarg, why))
			return -1;
	}
	if (argv[optind])
		return refuse(why, EX_USAGE, "'%s' is not an option",
			      argv[optind]);
	return 0;
}

/* What was not said. */
static int complete(struct refusal *why)
{
	struct timespec time;

	if (!settings.device_count && add_devices(ALL_DEVICES, why))
		return -1;
	if (settings.unbind && unbind_prepare(settings.unbind))
		return refuse(why, EX_USAGE,
			      "no driver '%s' in /sys/bus/*/drivers has a device",
			      settings.unbind);
	if (!settings.seed) {
		clock_gettime(CLOCK_REALTIME, &time);
		settings.seed =
			1 + (uint64_t)(time.tv_nsec ^ time.tv_sec) % 1000000000;
	}
	settings.strangers = settings.seed % 4 == 0;
	settings.links = settings.seed / 4 % 2;
	settings.kcov &= kcov_present();
	return 0;
}

int main(int argc, char **argv)
{
	struct refusal why;
	int err;

	if (parse(argc, argv, &why) || complete(&why)) {
		refusal_print(PROGRAM, &why);
		return 2;
	}
	err = record_create();
	if (err) {
		fprintf(stderr, PROGRAM ": no memory: %s\n", strerror(-err));
		return 1;
	}
	sequences_prepare();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return run();
}
