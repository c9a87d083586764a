/*
 * What the holder is told: an opening that somebody wants to hide (claim C5).
 *
 * One photo, four trustees, k = 2, q = r = 3. Trustees 0, 1 and 2 are honest. The fourth gives its
 * share to anybody, cosigns everything and says nothing true, so one honest release opens the photo.
 * The operator is custodian, log and network: it shows each one of two branches (1 and 2), takes an
 * entry or not, and hands the holder what it likes in place of what is not signed. The machine of
 * trustee 0 may be restored once from a copy made before its release, and be shown the tree of that
 * time, which is truly cosigned and may lie minutes back, for as long as the log likes. The holder's
 * tree may lie behind as well.
 *
 * Each step is what the code does in one transaction, or one answer. The holder asks every
 * trustee, in any order, while all others go on, and then reads the log (verifying.py).
 *
 * Claims
 *   told        "never opened" is said only if no honest trustee had released before the holder asked
 *   public      with the outcome *complete*, every such release stands on the branch that the holder sees
 *   requested   an honest release answers a request on the branch that its trustee follows
 *   named       with the outcome *complete*, the request of every release stands there too
 * These nets lie below each other: READING_QUORUM falls only together with SAME_LOG and HOLDS,
 * FRESH_START with RECENT_VIEW, ANSWERED with NOT_ON_THE_LOG. The test leaves those out together.
 *
 * Two things the first two claims leave out, and nothing prevents. A release that the log had not
 * taken when its trustee's database went back is lost to everybody. One that the log took after the
 * tree that a restored trustee is shown, within ten minutes of its start, stays hidden from it and
 * from the holder until that tree is five minutes older than the newest that the log or another
 * trustee shows, or an hour old. Until then the tree is *recent* here.
 *
 * That the holder's own tree is recent carries none of these claims: HOLDS finds what is missing in
 * it. It protects who asks no trustee, and reads the log alone (register, monitor).
 *
 * Rules (-DNO_RULE_... leaves one out)
 *   NOT_ON_THE_LOG   rules.logged: no share goes out for a request that stands on no branch
 *   STREAM_END       verifying._ask: a trustee signs how many entries it has written
 *   NONCE            statements.py: it signs that for the nonce of this holder's question
 *   ASKS_ALL         verifying._silent: who was not heard is *incomplete*
 *   ENTRY_SIGNATURE  verifying._own: an entry with the right tag counts only if its writer signed it
 *   NUMBERS          verifying._one: each number below the signed end has to be shown
 *   OWED             verifying._one: who owes the log is *incomplete*
 *   READING_QUORUM   proven.py: r witnesses have cosigned the holder's checkpoint (without: one less)
 *   SAME_LOG         proven.same_log: the trustee's tree is of the holder's log
 *   HOLDS            proven.holds: what is said to be on the log stands in the holder's tree
 *   ANSWERED         verifying._answered: a release names a request that stands on the log
 *   ROLLED_BACK      standing.verify_memory: no stream end by who finds unknown entries of its own
 *   BEHIND           standing.verify_memory: nor by who has not read the log since it started
 *   FRESH_START      following.tail: to have read it, a quorum must have seen that tree lately
 *   RECENT_VIEW      ages.of_views: the tree under which a trustee answers is not an hour old, nor
 *                    minutes older than what others show
 */
#define Q 3
#ifdef NO_RULE_READING_QUORUM
#define R 2
#else
#define R 3
#endif
#define AT(v, i) ((v) * 3 + (i))
#define COSIGNED(v) ((view[0] == (v)) + (view[1] == (v)) + (view[2] == (v)) + 1)

byte view[3];        /* the branch that an honest trustee follows, for good; 0: none yet */
bool request[3];     /* the custodian's `requested` stands on a branch */
bool entry[9];       /* the `released` of trustee i stands on a branch */
bool recorded[3];    /* trustee i knows that it has released */
bool owed[3];        /* ... and its entry is not in its own view */
bool behind;         /* trustee 0 has not read the log since it was restored */
bool rolled_back;    /* ... and has found an entry that it does not know */
byte frozen;         /* it is shown the tree of its copy: 1, which is recent; 2, which is old by now */

/* Ghosts, for the claims. */
bool given[3];       /* an honest release, and its entry is not lost */
bool before[3];      /* one from before the holder began to ask */
bool unasked;        /* one that answers no request on its branch */
bool untold;         /* "never opened", wrongly */
bool kept_away;         /* *complete*, with a release that is not on the holder's branch */
bool nameless;       /* *complete*, with a release whose request is not there */

#ifdef NO_RULE_NOT_ON_THE_LOG
#define REQUESTED(v) true
#else
#define REQUESTED(v) (request[v] && COSIGNED(v) >= Q)
#endif
#ifdef NO_RULE_ROLLED_BACK
#define REMEMBERS(i) true
#else
#define REMEMBERS(i) (recorded[i] || (frozen && i == 0) || !entry[AT(view[i], i)])
#endif

proctype Trustee(byte i)
{
	do
	:: atomic { view[i] == 0 -> if :: view[i] = 1 :: view[i] = 2 fi }
	/* Releasing follows the log to the fresh checkpoint under which it was asked. */
	:: atomic { view[i] != 0 && !recorded[i] && REQUESTED(view[i]) && REMEMBERS(i) ->
		recorded[i] = true; owed[i] = true; given[i] = true;
		unasked = unasked || !request[view[i]] }
	:: atomic { owed[i] -> owed[i] = false; entry[AT(view[i], i)] = true }
	od
}

inline reads()
{
	atomic { COSIGNED(view[0]) >= Q ->
		rolled_back = entry[AT(view[0], 0)] && !recorded[0]; behind = false; frozen = 0 }
}

proctype Restore()
{
	atomic { recorded[0] ->
		if :: owed[0] -> given[0] = false; before[0] = false :: else fi;
		recorded[0] = false; owed[0] = false;
#ifndef NO_RULE_BEHIND
		behind = true
#endif
	}
	/* It reads what it is shown. */
	if
	:: reads()
	:: atomic { frozen = 1; behind = false }
#ifdef NO_RULE_FRESH_START
	:: atomic { frozen = 2; behind = false }
#endif
	fi;
	do
	:: atomic { frozen == 1 -> frozen = 2 }
	:: frozen -> reads()
	:: break
	od
}

proctype Custodian()
{
	do
	:: atomic { !request[1] -> request[1] = true }
	:: atomic { !request[2] -> request[2] = true }
	:: break
	od
}

#ifdef NO_RULE_ROLLED_BACK
#define FORGOT false
#else
#define FORGOT rolled_back
#endif
#define ANSWERS(i) (i != 0 || (!behind && !FORGOT))

bool heard[3];
bool end[3];        /* the signed end of a stream: it has written one entry, or none */
bool owes[3];
bool shows[3];      /* a `released` among the entries that the holder got */
byte follows[3];    /* the branch of the signed tree */
byte under;         /* what trustee 0 was shown when it answered: see frozen */

inline ask(i)
{
	atomic { !heard[i] && ANSWERS(i) ->
		heard[i] = true; end[i] = recorded[i]; owes[i] = owed[i]; shows[i] = recorded[i]; follows[i] = view[i];
		if :: i == 0 -> under = frozen :: else fi;
#ifdef NO_RULE_NONCE
		if :: end[i] = false; shows[i] = false; owes[i] = false :: true fi;   /* yesterday's answer */
#endif
#ifdef NO_RULE_STREAM_END
		end[i] = false;
		if :: shows[i] = false; owes[i] = false :: true fi;
#endif
#ifdef NO_RULE_ENTRY_SIGNATURE
		if :: shows[i] = false :: true fi;         /* a `refused` of the custodian's, under that tag */
#endif
#ifdef NO_RULE_NUMBERS
		if :: shows[i] = false :: true fi;         /* left out on the way */
#endif
	}
}

/* A tree of the past that has the request, and not yet what came of it. */
#define SEEN(what) (!past && what)
#ifdef NO_RULE_OWED
#define SETTLED(i) true
#else
#define SETTLED(i) (!owes[i])
#endif
#ifdef NO_RULE_SAME_LOG
#define SAME_LOG(i) true
#else
#define SAME_LOG(i) (follows[i] == v || follows[i] == 0)
#endif
#ifdef NO_RULE_HOLDS
#define HOLDS(i) true
#else
#define HOLDS(i) (!shows[i] || owes[i] || SEEN(entry[AT(v, i)]))
#endif
#ifdef NO_RULE_ANSWERED
#define ANSWERED(i) true
#else
#define ANSWERED(i) (!shows[i] || request[v])
#endif
#ifdef NO_RULE_ASKS_ALL
#define HEARD(i) true
#else
#define HEARD(i) heard[i]
#endif
#ifdef NO_RULE_RECENT_VIEW
#define RECENT true
#else
#define RECENT (under != 2)
#endif
#define COMPLETE(i) (HEARD(i) && SETTLED(i) && SAME_LOG(i) && HOLDS(i) && ANSWERED(i))
/* A release that the holder has to be told of: see the claims. */
#define DUE(i) (before[i] && (i != 0 || under != 1))
#define GOT_AWAY(i) (DUE(i) && !SEEN(entry[AT(v, i)]))

proctype Holder()
{
	byte v;
	bool past = false;
	atomic { before[0] = given[0]; before[1] = given[1]; before[2] = given[2] }
	do
	:: ask(0)
	:: ask(1)
	:: ask(2)
	:: break
	od;
	atomic {
		if :: v = 1 :: v = 2 fi;
		if :: past = true :: true fi;
		if
		:: COSIGNED(v) >= R && RECENT && COMPLETE(0) && COMPLETE(1) && COMPLETE(2) ->
			untold = !shows[0] && !shows[1] && !shows[2] && (DUE(0) || DUE(1) || DUE(2));
			kept_away = GOT_AWAY(0) || GOT_AWAY(1) || GOT_AWAY(2);
			nameless = (shows[0] || shows[1] || shows[2]) && !request[v]
		:: else
		fi;
		v = 0; past = false
	}
}

init {
	atomic {
		run Trustee(0); run Trustee(1); run Trustee(2); run Restore(); run Custodian(); run Holder()
	}
}

ltl all { [] !(untold || kept_away || nameless || unasked) }
ltl told { [] !untold }
ltl public { [] !kept_away }
ltl named { [] !nameless }
ltl requested { [] !unasked }
