/*
 * How a share ends: by its holder's secret or by its date, at all trustees (claims C6 and C7).
 *
 * One photo, three honest trustees; the fourth has no say here, for nothing that it writes or
 * holds changes what the others do. The operator runs the log: it takes entries or not, and
 * shows each trustee what it likes, late. The network loses two messages. The holder tells one
 * trustee, at most. Trustee 2 may get its deposit late; the machine of trustee 0 may be restored
 * once from a copy with the share; the clock of trustee 1 may run ahead.
 *
 * Claims
 *   willed      before its date no share is destroyed unless the holder has shown the secret
 *   counted     a photo whose `sealed` entry stood on the log in time is no orphan
 *   final       once a trustee has confirmed an erasure, it never decides to release again
 *   late        no deposit is kept by a trustee that was told the secret, or has read it on the log
 *   frozen      no release by a trustee that has read `closed`, nor after the last promised day
 *   closes      what one honest trustee was told reaches all, though the log takes nothing
 *
 * Rules (-DNO_RULE_... leaves one out)
 *   SECRET          index._withdrawn: only the secret of the terms destroys, whoever writes `withdrawn`
 *   CLOSED_DAYS     erasure._closed: `closed` ends a share only so many days later
 *   TWO_CLOCKS      erasure._moment: days pass by the smaller of the own clock and the quorum's
 *   ORPHANED        erasure._orphaned: only what the log was followed far enough for is missing
 *   WITHDRAWN       withdrawals: the share goes, and a tombstone stays
 *   ANCHORED        withdrawals._on_the_log: an erasure is confirmed once its entry stands in the view
 *   ROLLED_BACK     standing: no release by who finds unknown entries of its own
 *   TOLD            deposits._admit: a secret that came before the deposit is remembered
 *   TOMBSTONE       deposits.keep: what was erased is not taken again
 *   CLOSED          rules.not_closed
 *   EXPIRED         rules.not_expired
 *   FORWARD         withdrawals._spread: who gets the secret hands it to all others
 *   UNTIL_CONFIRMED withdrawals.forward: and again, until each has confirmed
 *
 * -DPART=... chooses what happens, so that each search stays small: 1 destruction and dates, at the
 * one trustee whose clock is wrong (what it does there depends on no other); 2 rollback and late
 * deposits, at three; 3 spreading, at three (run it with weak fairness).
 */
#ifndef PART
#define PART 1
#endif
#define EACH(p) (p(0) && p(1) && p(2))

/* The log: what stands there, and what each trustee has been shown of it. */
bool sealed = true;      /* before the deposits could be orphans */
bool sealed_read[3];
bool word;               /* `withdrawn` with another secret, by anybody who may write one */
bool word_read[3];
bool secret;             /* `withdrawn` with the secret */
bool closed;
bool closed_read[3];
bool erased_entry[3];
byte day;                /* 0: the photo may be closed. 2: closed_days later. 3: after the last promised day */
byte seen_day[3];        /* as the quorum's time has told a trustee */

/* Trustees. */
bool held[3];
bool gone[3];            /* the tombstone */
bool knows[3];           /* the secret has come, from anybody or on the log; kept until the share is gone */
bool owes_erased[3];
bool confirmed[3];
bool confirmed_since[3]; /* ghost: never forgotten */
bool forwarding[3];      /* it has others still to tell */
byte losses;             /* messages that the network has lost */
bool asked;              /* a request stands there that every other rule allows */

/* Ghosts. */
bool shown;              /* the holder has shown the secret */
bool unwilled, orphan, after, kept_late, thawed;

#ifdef NO_RULE_TWO_CLOCKS
#define DAY(i) ((i) == 1 -> 3 : seen_day[i])     /* its own clock is ahead */
#else
#define DAY(i) (seen_day[i])
#endif
#ifdef NO_RULE_ORPHANED
#define FOLLOWED(i) true
#else
#define FOLLOWED(i) (sealed_read[i] || !sealed)
#endif
#ifdef NO_RULE_CLOSED_DAYS
#define CLOSED_DAYS 0
#else
#define CLOSED_DAYS 2
#endif
#ifdef NO_RULE_ANCHORED
#define ANCHORED(i) true
#else
#define ANCHORED(i) erased_entry[i]
#endif
#ifdef NO_RULE_ROLLED_BACK
#define REMEMBERS(i) true
#else
#define REMEMBERS(i) (gone[i] || !erased_entry[i])
#endif
#ifdef NO_RULE_WITHDRAWN
#define HAS_SHARE(i) (held[i] || gone[i])
#else
#define HAS_SHARE(i) held[i]
#endif
#ifdef NO_RULE_CLOSED
#define OPEN(i) true
#else
#define OPEN(i) !closed_read[i]
#endif
#ifdef NO_RULE_EXPIRED
#define IN_TIME(i) true
#else
#define IN_TIME(i) (day < 3)
#endif
#ifdef NO_RULE_TOLD
#define UNTOLD(i) true
#else
#define UNTOLD(i) !knows[i]
#endif
#ifdef NO_RULE_TOMBSTONE
#define NEW(i) true
#else
#define NEW(i) !gone[i]
#endif

inline destroy(i)
{
	held[i] = false; gone[i] = true; knows[i] = false; owes_erased[i] = true
}

#define GONE(j) gone[j]
#define ARRIVES(j) knows[j] = knows[j] || !gone[j]

inline tell(i)
{
	atomic { forwarding[i] ->
		if
		:: ARRIVES(0); ARRIVES(1); ARRIVES(2)
		:: losses < 2 -> losses++
		fi;
#ifdef NO_RULE_UNTIL_CONFIRMED
		forwarding[i] = false
#else
		forwarding[i] = !EACH(GONE)
#endif
	}
}

proctype Trustee(byte i)
{
	do
	/* The holder's secret, from the holder, another trustee, or the log. */
	:: atomic { knows[i] && held[i] -> destroy(i);
#ifndef NO_RULE_FORWARD
		forwarding[i] = true
#endif
	}
#if PART == 1
	:: atomic { sealed && !sealed_read[i] -> sealed_read[i] = true }
	:: atomic { word && !word_read[i] -> word_read[i] = true }
	:: atomic { closed && !closed_read[i] -> closed_read[i] = true }
	:: atomic { secret && !knows[i] && !gone[i] -> knows[i] = true }
	:: atomic { seen_day[i] < day -> seen_day[i] = day }
#ifdef NO_RULE_SECRET
	:: atomic { word_read[i] && held[i] -> destroy(i); unwilled = unwilled || (!shown && day < 3) }
#endif
	:: atomic { held[i] && closed_read[i] && DAY(i) >= CLOSED_DAYS -> destroy(i);
		unwilled = unwilled || (!shown && day < 2) }
	:: atomic { held[i] && DAY(i) >= 3 -> destroy(i); unwilled = unwilled || (!shown && day < 3) }
	:: atomic { held[i] && !sealed_read[i] && FOLLOWED(i) -> destroy(i); orphan = true }
	:: atomic { asked && HAS_SHARE(i) && OPEN(i) && IN_TIME(i) -> asked = false;
		thawed = thawed || closed_read[i] || day == 3 }
#endif
#if PART == 2
	:: atomic { secret && !knows[i] && !gone[i] -> knows[i] = true }
	:: atomic { asked && HAS_SHARE(i) && REMEMBERS(i) -> asked = false; after = after || confirmed_since[i] }
	:: atomic { owes_erased[i] -> owes_erased[i] = false; erased_entry[i] = true }
	:: atomic { gone[i] && shown && !confirmed[i] && ANCHORED(i) -> confirmed[i] = true; confirmed_since[i] = true }
	/* The custodian brings a deposit late, or again. */
	:: atomic { !held[i] && UNTOLD(i) && NEW(i) -> held[i] = true; kept_late = kept_late || knows[i] || gone[i] }
#endif
	od
}

/* Forwarding is a loop of its own (loops.py). */
proctype Teller(byte i)
{
	do
	:: tell(i)
	od
}

proctype Others()
{
	bool restored = false;
	do
	:: atomic { !asked -> asked = true }
#if PART == 1
	:: atomic { !word -> word = true }
	:: atomic { !closed && day == 0 -> closed = true }
	:: atomic { day < 3 -> day++ }
#endif
#if PART == 2
	/* Yesterday's copy, with the share. What stands on the log stays there. */
	:: atomic { !restored && gone[0] -> restored = true; held[0] = true; gone[0] = false;
		knows[0] = false; owes_erased[0] = false; confirmed[0] = false; forwarding[0] = false }
#endif
	:: atomic { shown && !secret -> secret = true }
	od
}

/* The worst case: one trustee is told, and no more. */
proctype Holder()
{
	if
#if PART == 1
	:: atomic { shown = true; knows[1] = true }
#else
	:: atomic { shown = true; knows[0] = true }
#endif
	:: true
	fi
}

init {
	atomic {
		held[1] = true;
		run Trustee(1);
#if PART != 1
		held[0] = true; held[2] = (PART != 2);
		run Trustee(0); run Trustee(2);
		run Teller(0); run Teller(1); run Teller(2);
#endif
#if PART != 3
		run Others();
#endif
		run Holder()
	}
}

ltl willed { [] !unwilled }
ltl counted { [] !orphan }
ltl final { [] !after }
ltl late { [] !kept_late }
ltl frozen { [] !thawed }
ltl part1 { [] !(unwilled || orphan || thawed) }
ltl part2 { [] !(after || kept_late) }
ltl closes { [] (shown -> <> EACH(GONE)) }
