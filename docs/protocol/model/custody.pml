/*
 * The order of acts on one photo: seal, request, release, withdraw, erase, with crashes. All
 * parties here are honest, but for the custodian; what dishonest ones can do is in parties.pml.
 *
 * N trustees, each a process that can crash between any two steps. What a trustee does in
 * one transaction of its database is one atomic step here; what it sends is another. The
 * operator (custodian) is free: it may ask without logging, log and not ask, repeat itself,
 * or forget. A released share that reaches the reader cannot be taken back.
 *
 * Search all states:   spin -a custody.pml && cc -O2 -DCOLLAPSE -DVECTORSZ=2048 -o pan pan.c
 *                      ./pan -a -m1000000 -N safe      (and enough, told)
 * tests/model does so, and looks for each fault:
 *
 * Seeded faults (each must be found):
 *   -DUNLOGGED      a trustee answers without looking for the request on the log
 *   -DFORGETFUL     a trustee answers before its release is durable
 *   -DDEAF          a trustee does not look whether its share was erased, when it answers
 *   -DVOLATILE      what is owed to the log is lost in a crash
 *   -DHASTY         a trustee acknowledges a deposit before it is durable
 */

#define N 3
#define K 2

#ifdef DEAF
#define NOT_ERASED(i) true
#else
#define NOT_ERASED(i) (!erased[i] && !log_withdrawn)
#endif

#ifdef UNLOGGED
#define ON_THE_LOG true
#else
#define ON_THE_LOG log_requested
#endif

/* What one trustee does in the end does not depend on the others: -DALONE looks at one. */
#ifdef ALONE
#define ALL_ACKNOWLEDGED acknowledged[0]
#else
/* A receipt needs q of them; all of them make the smaller search. Late deposits: parties.pml. */
#define ALL_ACKNOWLEDGED (acknowledged[0] && acknowledged[1] && acknowledged[2])
#endif

/* The public log, for this photo. Append-only: nothing ever clears these. */
bool log_sealed;
bool log_requested;
bool log_withdrawn;
bool log_released[N];
bool log_erased[N];

/* Durable state of each trustee. */
bool held[N];           /* the share is in its database */
bool erased[N];         /* it was destroyed; a tombstone stays */
bool owes_released[N];  /* outbox */
bool owes_erased[N];    /* outbox */
bool recorded[N];       /* a release was recorded */

/* What others have been told. */
bool acknowledged[N];   /* the custodian has this trustee's acknowledgement */
bool confirmed[N];      /* the holder has this trustee's erased statement */
bool receipt;           /* the applicant has a receipt */
bool withdrawing;       /* the applicant has asked for the withdrawal */

/* What the reader has, and when the share left, for the claims. */
bool out[N];            /* the share has reached the reader */
bool late[N];           /* a release was decided after this trustee had confirmed the erasure */
byte shares;

/*
 * Messages, once sent, may reach each trustee at any time, again, or never: a trustee is free
 * to read one or not. So one flag stands for a message to all of them.
 */
bool deposit_sent;
bool ask_sent;
bool withdraw_sent;

inline release_share(i) {
	if
	:: !out[i] -> out[i] = true; shares++
	:: else -> skip
	fi
}

/* The decision. An answer that was decided before may still be on its way after an erasure. */
inline decide(i) {
	late[i] = late[i] || confirmed[i];
	answering = true
}

proctype Trustee(byte i)
{
	bool answering = false;   /* volatile: lost in a crash */
	bool acknowledging = false;
	bool confirming = false;
	byte crashes = 0;

idle:
	do
	/* Deposit: durable first, then the acknowledgement. */
	:: atomic { deposit_sent && !held[i] && !erased[i] && !acknowledging ->
#ifdef HASTY
		acknowledged[i] = true; acknowledging = true
#else
		held[i] = true; acknowledging = true
#endif
	   }
	:: atomic { acknowledging ->
#ifdef HASTY
		held[i] = true;
#else
		acknowledged[i] = true;
#endif
		acknowledging = false }

	/* Release: rules, record and outbox in one transaction; the answer after it. */
	:: atomic { ask_sent && held[i] && !answering && NOT_ERASED(i) && ON_THE_LOG ->
#ifdef FORGETFUL
		release_share(i); decide(i)
#else
		recorded[i] = true; owes_released[i] = !log_released[i]; decide(i)
#endif
	   }
	:: atomic { answering ->
#ifdef FORGETFUL
		recorded[i] = true; owes_released[i] = !log_released[i];
#else
		release_share(i);
#endif
		answering = false }

	/* Withdrawal by secret, or seen on the log: erased in one transaction, then confirmed. */
	:: atomic { (withdraw_sent || log_withdrawn) && held[i] && !erased[i] ->
		erased[i] = true;
#ifndef DEAF
		held[i] = false;
#endif
		owes_erased[i] = true; confirming = true }
	:: atomic { confirming -> confirmed[i] = true; confirming = false }
	:: atomic { withdraw_sent && erased[i] && !confirmed[i] && !confirming ->
		confirming = true }

	/* Outbox. */
	:: atomic { owes_released[i] -> log_released[i] = true; owes_released[i] = false }
	:: atomic { owes_erased[i] -> log_erased[i] = true; owes_erased[i] = false }

	/* A crash loses what is volatile, and nothing else. */
	:: atomic { crashes < 1 && (answering || acknowledging || confirming) ->
#ifdef VOLATILE
		owes_released[i] = false; owes_erased[i] = false;
#endif
		crashes++; answering = false; acknowledging = false; confirming = false }
	od
}

proctype Custodian()
{
	byte i;
	do
	:: atomic { !deposit_sent -> deposit_sent = true }
	/* The receipt is given out only with every acknowledgement and the entry on the log. */
	:: atomic { ALL_ACKNOWLEDGED && !log_sealed ->
		log_sealed = true }
	:: atomic { log_sealed && !receipt -> receipt = true }
	:: atomic { log_sealed && !log_requested -> log_requested = true }
	/* It may ask at any time, whether or not it has logged the request. */
	:: atomic { !ask_sent -> ask_sent = true }
	/* It may put a withdrawal with the secret on the log, or drop it. */
	:: atomic { withdrawing && !log_withdrawn -> log_withdrawn = true }
	:: break
	od
}

/* The holder of the receipt goes to the trustees directly, whatever the custodian does. */
proctype Holder()
{
	atomic { receipt -> withdrawing = true; withdraw_sent = true }
}

init {
	atomic {
		run Trustee(0);
#ifndef ALONE
		run Trustee(1); run Trustee(2);
#endif
		run Custodian(); run Holder()
	}
}

#define EACH(p) (p(0) && p(1) && p(2))

/* No share is out without its request on the log. */
#define LOGGED(i) (!out[i] || log_requested)
/* No share is out that its trustee has not recorded and will not forget. */
#define RECORDED(i) (!out[i] || recorded[i])
/* What is recorded is on the log, or owed to it. */
#define NOT_HIDDEN(i) (!recorded[i] || owes_released[i] || log_released[i])
/* An acknowledged share is kept, until it is erased. */
#define KEPT(i) (!acknowledged[i] || held[i] || erased[i])
/* Once a trustee has confirmed the erasure, it never again decides to release. */
#define GONE(i) (!late[i])
/* What is erased does not come back. */
#define FINAL(i) (!erased[i] || !held[i])

ltl logged_first { [] EACH(LOGGED) }
ltl recorded_first { [] EACH(RECORDED) }
ltl nothing_hidden { [] EACH(NOT_HIDDEN) }
ltl kept { [] EACH(KEPT) }
ltl gone { [] EACH(GONE) }
ltl final { [] EACH(FINAL) }

/* All of the above in one search. */
ltl safe {
	[] (EACH(LOGGED) && EACH(RECORDED) && EACH(NOT_HIDDEN) && EACH(KEPT) && EACH(GONE) && EACH(FINAL))
}

/* Erased at n-k+1 trustees before they decided to release: the photo never opens. */
ltl enough {
	[] ((erased[0] && erased[1] && !recorded[0] && !recorded[1]) -> [] (shares < K))
}

/* An erasure is on the log in the end, if the trustee goes on working. */
ltl told { [] (owes_erased[0] -> <> log_erased[0]) }
