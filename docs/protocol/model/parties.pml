/*
 * docs/protocol sections 2, 7, 8, 9: what holds although others lie. One photo; three trustees with
 * k = 2, of which the third is dishonest: it gives its share to anybody, cosigns anything, and
 * says nothing true. So one honest release opens the photo. Acting quorum 2, reading quorum 3.
 * (Which quorums are safe for other numbers: views.pml.)
 *
 * The operator runs the log and is the custodian: it shows each witness one of two branches,
 * refuses entries, forges them, and shows the reader what is old. Crashes between a decision and
 * its answer are in custody.pml.
 *
 * Claims
 *   reading  the reader says "never opened" only when no honest trustee had released before it asked
 *   debt     an honest trustee has at most one release that is not on the log
 *   gone     once a trustee has confirmed an erasure, it never again decides to release
 *   willed   no share is destroyed before its date without the holder's secret
 *   closes   what one honest trustee was told reaches the other, though the log takes nothing
 *   late     no deposit that comes late is kept once the secret was shown to its trustee or logged
 *
 * Faults, one for each rule that can be left out; each must be found
 *   -DUNSIGNED   the first entry with a tag counts, whoever wrote it
 *   -DNOENDS     the reader asks no trustee for the end of its stream
 *   -DSTALE      the reader takes a checkpoint of any age (with -DNOENDS: alone it is caught)
 *   -DR=2        the reading quorum is too small (with -DNOENDS: alone it is caught)
 *   -DNODEBT     releases go on while entries are owed
 *   -DLOGKILLS   a `withdrawn` entry without the secret destroys
 *   -DCLOSEKILLS a `closed` entry destroys at once
 *   -DNOFORWARD  the secret is not handed on
 *   -DROLLBACK   a trustee's database is restored from before; without
 *   -DOWNSTREAM  looking for its own entries on the log, and without
 *   -DANCHOR     confirming only what stands on the log, that is found
 *   -DAMNESIA    a withdrawal that comes before the deposit is forgotten
 */
#ifndef R
#define R 3
#endif
#define Q 2
#ifndef REQUESTS
#define REQUESTS 1
#endif

#define IN(v, i) ((v) * 2 + (i))
#define COSIGNED(v) ((view[0] == (v)) + (view[1] == (v)) + 1)
#define FOLLOWS(i) (view[i] != 0)

/* The two branches, 1 and 2; 0 is their common past, in which nothing had happened. */
byte requests[3];
byte released[6];         /* `released` entries that trustee i signed, on a branch */
bool erased_entry[6];
bool forged[6];           /* an entry with the tag of its first number, by somebody else */
bool word[3];             /* `withdrawn` without the secret */
bool closed[3];           /* the custodian's own `closed` */
bool secret[3];           /* `withdrawn` with the secret */

/* Honest trustees. */
byte view[2];
bool held[2];
bool gone_[2];            /* a tombstone */
bool knows[2];            /* the withdrawal secret */
byte recorded[2];
byte owed[2];
bool owes_erased[2];
bool confirmed[2];
bool restored[2];

/* Ghosts, for the claims. */
byte truly[2];            /* releases that were really given */
bool shown;               /* the holder has shown the secret */
bool after;               /* a release after a confirmation */
bool unwilled;            /* a share destroyed without the secret being shown */
bool too_late;            /* a late deposit was kept although the secret was known */
bool verdict;               /* the reader's verdict */
bool untrue;              /* ... was wrong */

#ifdef NODEBT
#define OWES_NOTHING(i) true
#else
#define OWES_NOTHING(i) (owed[i] == 0)
#endif
#ifdef OWNSTREAM
#define NOT_ROLLED_BACK(i) (released[IN(view[i], i)] <= recorded[i] && (!erased_entry[IN(view[i], i)] || gone_[i]))
#else
#define NOT_ROLLED_BACK(i) true
#endif
#ifdef AMNESIA
#define WANTED(i) true
#else
#define WANTED(i) (!knows[i] && !secret[view[i]])
#endif
#ifdef ANCHOR
#define MAY_CONFIRM(i) erased_entry[IN(view[i], i)]
#else
#define MAY_CONFIRM(i) true
#endif

inline destroy(i)
{
	held[i] = false; gone_[i] = true; owes_erased[i] = true;
	unwilled = unwilled || !shown
}

proctype Trustee(byte i)
{
	do
	:: atomic { !FOLLOWS(i) -> if :: view[i] = 1 :: view[i] = 2 fi }

	/* The deposit may come late: when the secret is known, it is not kept. */
	:: atomic { !held[i] && !gone_[i] && WANTED(i) ->
		held[i] = true; too_late = too_late || knows[i] || secret[view[i]] }
	:: atomic { !held[i] && !gone_[i] && (knows[i] || secret[view[i]]) ->
		gone_[i] = true; owes_erased[i] = true }

	/* Release: rules, record and debt in one transaction. */
	:: atomic { FOLLOWS(i) && held[i] && !gone_[i] && COSIGNED(view[i]) >= Q &&
		requests[view[i]] > recorded[i] && !closed[view[i]] && !word[view[i]] &&
		OWES_NOTHING(i) && NOT_ROLLED_BACK(i) ->
		recorded[i]++; owed[i]++; truly[i]++; after = after || confirmed[i] }

	/* Destruction: by the secret alone, whoever brings it. */
	:: atomic { knows[i] && held[i] -> destroy(i) }
	:: atomic { FOLLOWS(i) && secret[view[i]] && held[i] -> knows[i] = true; destroy(i) }
#ifdef LOGKILLS
	:: atomic { FOLLOWS(i) && word[view[i]] && held[i] -> destroy(i) }
#endif
#ifdef CLOSEKILLS
	:: atomic { FOLLOWS(i) && closed[view[i]] && held[i] -> destroy(i) }
#endif
	:: atomic { gone_[i] && !confirmed[i] && shown && FOLLOWS(i) && MAY_CONFIRM(i) -> confirmed[i] = true }
#ifndef NOFORWARD
	:: atomic { knows[i] && !knows[1 - i] -> knows[1 - i] = true }
#endif

	/* Debts: the log may refuse as long as it likes. */
	:: atomic { owed[i] > 0 && FOLLOWS(i) -> owed[i]--; released[IN(view[i], i)]++ }
	:: atomic { owes_erased[i] && owed[i] == 0 && FOLLOWS(i) ->
		owes_erased[i] = false; erased_entry[IN(view[i], i)] = true }

#ifdef ROLLBACK
	/* Yesterday's copy, once. The witness's checkpoint lies elsewhere and stays. */
	:: atomic { !restored[i] && (recorded[i] > 0 || gone_[i]) ->
		restored[i] = true; held[i] = true; gone_[i] = false; knows[i] = false;
		recorded[i] = 0; owed[i] = 0; owes_erased[i] = false }
#endif
	od
}

proctype Operator()
{
	do
	:: atomic { requests[1] < REQUESTS -> requests[1]++ }
	:: atomic { requests[2] < REQUESTS -> requests[2]++ }
	:: atomic { !forged[IN(1, 0)] -> forged[IN(1, 0)] = true }
	:: atomic { !forged[IN(1, 1)] -> forged[IN(1, 1)] = true }
	:: atomic { !word[1] -> word[1] = true }
	:: atomic { !closed[1] -> closed[1] = true }
	:: atomic { shown && !secret[1] -> secret[1] = true }
	:: break
	od
}

/* The worst case: one trustee is told, and the log takes nothing. */
proctype Holder()
{
	if
	:: atomic { shown = true; knows[0] = true }
	:: skip
	fi
}

proctype Reader()
{
	byte v; byte end[2]; byte before[2]; byte found[2];
	atomic { before[0] = truly[0]; before[1] = truly[1] }
	atomic { end[0] = recorded[0] }
	atomic { end[1] = recorded[1] }
	if :: v = 1 :: v = 2 fi;
	atomic {
#ifdef STALE
		if
		:: COSIGNED(v) >= R -> found[0] = released[IN(v, 0)]; found[1] = released[IN(v, 1)]
		:: found[0] = 0; found[1] = 0      /* the common past: all had cosigned it, once */
		fi;
#else
		COSIGNED(v) >= R -> found[0] = released[IN(v, 0)]; found[1] = released[IN(v, 1)];
#endif
#ifdef UNSIGNED
		/* It takes the forged entry for the trustee's word: "refused", nothing after it. */
		if :: forged[IN(v, 0)] -> found[0] = 0; end[0] = 0 :: else fi;
		if :: forged[IN(v, 1)] -> found[1] = 0; end[1] = 0 :: else fi;
#endif
#ifndef NOENDS
		if
		:: found[0] < end[0] || found[1] < end[1] -> goto done    /* owed, or contradicted */
		:: else
		fi;
#endif
		if
		:: found[0] == 0 && found[1] == 0 -> verdict = true; untrue = (before[0] > 0 || before[1] > 0)
		:: else
		fi
	}
done:	skip
}

init {
	atomic {
#ifndef LATE
		held[0] = true; held[1] = true;
#else
		held[0] = true;
#endif
		run Trustee(0); run Trustee(1); run Operator(); run Holder();
#ifndef NOREADER
		run Reader()
#endif
	}
}

ltl reading { [] !untrue }
ltl debt { [] (owed[0] <= 1 && owed[1] <= 1) }
ltl gone { [] !after }
ltl willed { [] !unwilled }
ltl closes { [] ((shown && knows[0]) -> <> (gone_[0] && gone_[1])) }
ltl late { [] !too_late }
