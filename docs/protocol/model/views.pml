/*
 * docs/protocol section 3: why r + q >= n + k. Two branches of one log, n witnesses of which the
 * k - 1 last are dishonest, acting quorum q, reading quorum r. Every witness is a trustee.
 *
 * An honest witness cosigns one branch, for ever: its checkpoint only grows. A dishonest one
 * cosigns both. An honest trustee releases when q have cosigned a branch that it follows itself;
 * the holder reads any branch that r have cosigned.
 *
 *   spin -a -DN=4 -DK=2 -DQ=3 -DR=3 views.pml && cc -O2 -o pan pan.c && ./pan -a -N seen
 *
 * Faults, each of which must be found: a smaller quorum; -DFORGETFUL, a witness that loses its
 * checkpoint (a restored backup) and cosigns the other branch.
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
#define BAD (K - 1)

byte follows[HONEST];      /* 0: none yet; 1, 2: the branch */
byte cosigned[3] = BAD;    /* cosignatures that a branch can show */
bool opened[3];            /* an honest trustee has released under it */
byte reads;                /* the branch that the holder accepted */

proctype Witness(byte i)
{
	bool forgot = false;
	do
	:: atomic { follows[i] == 0 ->
		if
		:: follows[i] = 1
		:: follows[i] = 2
		fi;
		cosigned[follows[i]]++ }
	:: atomic { follows[i] != 0 && cosigned[follows[i]] >= Q && !opened[follows[i]] ->
		opened[follows[i]] = true }
#ifdef FORGETFUL
	:: atomic { follows[i] != 0 && !forgot -> follows[i] = 0; forgot = true }
#endif
	:: true -> break
	od
}

proctype Holder()
{
	if
	:: atomic { cosigned[1] >= R -> reads = 1 }
	:: atomic { cosigned[2] >= R -> reads = 2 }
	:: true -> skip
	fi
}

init {
	byte i;
	atomic {
		for (i : 0 .. HONEST - 1) { run Witness(i) }
		run Holder()
	}
}

/* The holder never accepts one branch while a photo is opened on the other. */
ltl seen { [] !((reads == 1 && opened[2]) || (reads == 2 && opened[1])) }
