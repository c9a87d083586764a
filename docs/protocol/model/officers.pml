/*
 * Who counts as an officer, and when: a stolen office key, and a log that shows it late (claim C3).
 *
 * A thief has an office's root key, and signs a roster with a credential of the thief's own. The
 * office, or others, notice: the office takes the credential off, k trustees suspend the root key,
 * or a second roster of one version tells that the key is in two hands. Time passes in ticks; what
 * stands on the log has an age. The operator is with the thief: it shows the (honest) trustee
 * the log as late as it can. That is at most one tick, for a release comes under a checkpoint
 * that a quorum has cosigned within it, and quorums that meet have seen what stands there longer.
 *
 * Claims
 *   announced   a release goes to a credential that was on the log, for all to see, DELAY ticks before
 *   heeded      none goes to one that was taken off, or whose office was suspended or is known to
 *               have a forked key, more than one tick ago
 *
 * Rules (-DNO_RULE_... leaves one out)
 *   OFFICER_UNKNOWN   officer_rules.on_the_roster: the credential is in the newest roster
 *   OFFICER_TOO_NEW   and in one that this trustee saw DELAY ticks ago
 *   OFFICER_REVOKED   one that is only in an older roster counts no more
 *   OFFICE_SUSPENDED  officer_rules.office_stands: fewer than k trustees have suspended the key
 *   OFFICE_FORKED     the key has not signed two rosters of one version
 *   STALE_CHECKPOINT  rules.fresh: the request's checkpoint is younger than a tick
 *   VIEW_STALE        following.follow: the trustee has read the log up to that checkpoint itself
 */
#define DELAY 2
#define OLD 4                  /* ages stop here */
#define K 2

/* Ages on the log in ticks, plus one; 0: it does not stand there. The same as the trustee saw it. */
byte added, removed, forked, suspended[3];
byte saw_added, saw_removed, saw_forked, saw_suspended[3];
/* Ghosts. */
bool unannounced, unheeded;

#define SUSPENDERS(a) ((a[0] > 0) + (a[1] > 0) + (a[2] > 0))
#define LONG(a) ((a[0] > 2) + (a[1] > 2) + (a[2] > 2))
#define AGE(a) a = (a > 0 && a < OLD -> a + 1 : a)
#define MISSED(age, saw) (age > 1 && saw == 0)

#ifdef NO_RULE_OFFICER_UNKNOWN
#define KNOWN true
#else
#define KNOWN (saw_added > 0)
#endif
#ifdef NO_RULE_OFFICER_TOO_NEW
#define AGED true
#elif defined(NO_RULE_OFFICER_UNKNOWN)
#define AGED (saw_added == 0 || saw_added > DELAY)
#else
#define AGED (saw_added > DELAY)
#endif
#ifdef NO_RULE_OFFICER_REVOKED
#define STANDS true
#else
#define STANDS (saw_removed == 0)
#endif
#ifdef NO_RULE_OFFICE_SUSPENDED
#define IN_FORCE true
#else
#define IN_FORCE (SUSPENDERS(saw_suspended) < K)
#endif
#ifdef NO_RULE_OFFICE_FORKED
#define ONE_HAND true
#else
#define ONE_HAND (saw_forked == 0)
#endif
#if defined(NO_RULE_STALE_CHECKPOINT) || defined(NO_RULE_VIEW_STALE)
#define FRESH true
#else
#define FRESH !(MISSED(added, saw_added) || MISSED(removed, saw_removed) || MISSED(forked, saw_forked) || \
	MISSED(suspended[0], saw_suspended[0]) || MISSED(suspended[1], saw_suspended[1]) || MISSED(suspended[2], saw_suspended[2]))
#endif

proctype World()
{
	do
	:: atomic { added == 0 -> added = 1 }
	:: atomic { added > 0 && removed == 0 -> removed = 1 }
	:: atomic { added > 0 && forked == 0 -> forked = 1 }
	:: atomic { suspended[0] == 0 -> suspended[0] = 1 }
	:: atomic { suspended[1] == 0 -> suspended[1] = 1 }
	:: atomic { suspended[2] == 0 -> suspended[2] = 1 }
	/* A tick. */
	:: atomic { AGE(added); AGE(removed); AGE(forked); AGE(suspended[0]); AGE(suspended[1]); AGE(suspended[2]);
		AGE(saw_added); AGE(saw_removed); AGE(saw_forked) }
	od
}

/* It reads as far as it is shown; a request of the thief's comes at any time. */
proctype Trustee()
{
	do
	:: atomic { added > 0 && saw_added == 0 -> saw_added = 1 }
	:: atomic { removed > 0 && saw_removed == 0 -> saw_removed = 1 }
	:: atomic { forked > 0 && saw_forked == 0 -> saw_forked = 1 }
	:: atomic { suspended[0] > 0 && saw_suspended[0] == 0 -> saw_suspended[0] = 1 }
	:: atomic { suspended[1] > 0 && saw_suspended[1] == 0 -> saw_suspended[1] = 1 }
	:: atomic { suspended[2] > 0 && saw_suspended[2] == 0 -> saw_suspended[2] = 1 }
	:: atomic { FRESH && KNOWN && AGED && STANDS && IN_FORCE && ONE_HAND ->
		unannounced = added <= DELAY;
		unheeded = removed > 2 || forked > 2 || LONG(suspended) >= K }
	od
}

init { atomic { run World(); run Trustee() } }

ltl announced { [] !unannounced }
ltl heeded { [] !unheeded }
ltl safe { [] !(unannounced || unheeded) }
