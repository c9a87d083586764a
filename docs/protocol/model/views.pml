/*
 * Which log counts: two branches of one log, and the quorums that keep them apart (claim C4).
 *
 * The operator shows each witness one of two branches. N witnesses, of which the K - 1 last are
 * dishonest and cosign both; every witness is a trustee. An honest one cosigns a branch for ever,
 * for its checkpoint only grows. A trustee acts on what Q have cosigned (releases.py, `_verify`),
 * and the holder reads what R have cosigned (verifying.py, `reading_policy`).
 *
 * Claim
 *   seen        a branch on which an honest trustee has opened is the branch that the holder reads
 *
 * Rules (-DNO_RULE_... leaves one out)
 *   QUORUMS_MEET   circle.py: a circle has r + q >= n + k. Without it N, K, Q, R are free.
 *   NO_QUORUM      rules.logged: the request stands under Q cosignatures
 *   READING_QUORUM verifying.py: the holder's checkpoint stands under R cosignatures
 *   GROWS          tlog/witness.py, witness.db: a witness cosigns only what extends its last
 *   NOT_IN_VIEW    rules.in_view: it acts on the branch that it follows itself. With quorums that
 *                  meet this rule is a second net: it is needed where Q + R is one too small.
 */
#ifndef N
#define N 4
#endif
#ifndef K
#define K 2
#endif
#ifndef Q
#define Q 3
#endif
#ifndef R
#define R 3
#endif
#define HONEST (N - K + 1)

#ifndef NO_RULE_QUORUMS_MEET
#if R + Q < N + K
#error "a circle with r + q < n + k is refused"
#endif
#endif

#ifdef NO_RULE_NO_QUORUM
#define ACTING(v) true
#else
#define ACTING(v) (cosigned[v] >= Q)
#endif
#ifdef NO_RULE_READING_QUORUM
#define READING(v) true
#else
#define READING(v) (cosigned[v] >= R)
#endif
#ifdef NO_RULE_NOT_IN_VIEW
#define IN_VIEW(v) true
#else
#define IN_VIEW(v) (follows == v)
#endif

byte cosigned[3] = K - 1;  /* cosignatures that branch 1 or 2 can show */
bool opened[3];            /* an honest trustee has released on it */
byte reads;                /* the branch that the holder accepted */

proctype Trustee()
{
	byte follows = 0;  /* none yet, or branch 1 or 2 */
	bool forgot = false;
	do
	:: atomic { follows == 0 -> if :: follows = 1 :: follows = 2 fi; cosigned[follows]++ }
	:: atomic { follows != 0 && ACTING(1) && IN_VIEW(1) -> opened[1] = true }
	:: atomic { follows != 0 && ACTING(2) && IN_VIEW(2) -> opened[2] = true }
#ifdef NO_RULE_GROWS
	/* A restored witness begins again; what it has cosigned stays cosigned. */
	:: atomic { follows != 0 && !forgot -> follows = 0; forgot = true }
#endif
	:: break
	od
}

proctype Holder()
{
	if
	:: atomic { READING(1) -> reads = 1 }
	:: atomic { READING(2) -> reads = 2 }
	:: true
	fi
}

init {
	byte i;
	atomic {
		for (i : 1 .. HONEST) { run Trustee() }
		run Holder()
	}
}

ltl seen { [] ((reads != 0) -> !opened[3 - reads]) }
