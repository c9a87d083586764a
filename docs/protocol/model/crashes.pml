/*
 * The order of a trustee's acts, with a crash between any two steps (claims C3, C5, C7).
 *
 * One trustee, for what it does here depends on no other. What it does in one transaction of its
 * database is one atomic step; what it sends is another. A crash loses what is volatile, twice at
 * most. The custodian is free: it asks without logging, logs and does not ask, repeats, forgets.
 * A share that reached the reader cannot be taken back.
 *
 * Claims
 *   logged      no share is out without its request on the log
 *   remembered  what is out was recorded, and is on the log or owed to it
 *   kept        an acknowledged share is kept until it is erased
 *   final       no release is decided after a confirmed erasure
 *   said        an erasure is on the log in the end, if the trustee goes on working (weak fairness)
 *
 * Rules (-DNO_RULE_... leaves one out)
 *   REQUEST_FIRST   rules.logged, rules.in_view: the request stands there before the decision
 *   RECORD_FIRST    releases._record: the release is durable before the share is given
 *   DEPOSIT_FIRST   deposits.take: the deposit is durable before it is acknowledged
 *   ERASED_FIRST    releases._record: whether the share is gone is asked in the deciding transaction
 *   OUTBOX          records.write: what is owed is durable with the act
 */
bool log_requested, log_released, log_erased;       /* the log never forgets */
bool held, gone, recorded, owes_released, owes_erased;  /* durable */
bool acknowledged, confirmed, out;                  /* what others have been told, or given */
bool late;                                          /* ghost: decided after the confirmation */
bool deposit_sent, asked, withdrawn;                /* messages: they may come again, or never */

#ifdef NO_RULE_REQUEST_FIRST
#define REQUESTED true
#else
#define REQUESTED log_requested
#endif
#ifdef NO_RULE_ERASED_FIRST
#define HAS_SHARE (held || gone)
#else
#define HAS_SHARE held
#endif

proctype Trustee()
{
	bool answering, acknowledging, confirming;  /* volatile */
	byte crashes = 0;
	do
	:: atomic { deposit_sent && !held && !gone && !acknowledging -> acknowledging = true;
#ifdef NO_RULE_DEPOSIT_FIRST
		acknowledged = true
#else
		held = true
#endif
	}
	:: atomic { acknowledging -> acknowledging = false;
#ifdef NO_RULE_DEPOSIT_FIRST
		held = true
#else
		acknowledged = true
#endif
	}
	:: atomic { asked && !answering && HAS_SHARE && REQUESTED ->
		answering = true; late = late || confirmed;
#ifdef NO_RULE_RECORD_FIRST
		out = true
#else
		recorded = true; owes_released = owes_released || !log_released
#endif
	}
	:: atomic { answering -> answering = false;
#ifdef NO_RULE_RECORD_FIRST
		recorded = true; owes_released = owes_released || !log_released
#else
		out = true
#endif
	}
	:: atomic { withdrawn && held -> held = false; gone = true; owes_erased = true; confirming = true }
	:: atomic { withdrawn && gone && !confirmed && !confirming -> confirming = true }
	:: atomic { confirming && log_erased -> confirmed = true; confirming = false }
	:: atomic { owes_released -> log_released = true; owes_released = false }
	:: atomic { owes_erased -> log_erased = true; owes_erased = false }
	:: atomic { crashes < 2 -> crashes++;
		answering = false; acknowledging = false; confirming = false;
#ifdef NO_RULE_OUTBOX
		owes_released = false; owes_erased = false
#endif
	}
	od
}

proctype Others()
{
	do
	:: atomic { !deposit_sent -> deposit_sent = true }
	:: atomic { !log_requested -> log_requested = true }
	:: atomic { !asked -> asked = true }
	:: atomic { acknowledged && !withdrawn -> withdrawn = true }
	:: break
	od
}

init { atomic { run Trustee(); run Others() } }

ltl logged { [] (!out || log_requested) }
ltl remembered { [] (!out || (recorded && (owes_released || log_released))) }
ltl kept { [] (!acknowledged || held || gone) }
ltl final { [] !late }
ltl safe { [] ((!out || (log_requested && recorded && (owes_released || log_released)))
	&& (!acknowledged || held || gone) && !late) }
ltl said { [] (gone -> <> log_erased) }
