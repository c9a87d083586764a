/*
 * A lost receipt: shares that end by the words of k trustees' clerks (claim C6, ADR 0110).
 *
 * One photo with three trustees, two of which open it, and a fourth that came with a later circle.
 * Trustee 2 is honest, and its share is what this is about. Trustee 1 is honest: it claims after
 * somebody has shown there that the photo is theirs, and may take that back. Trustee 0, and the
 * fourth, claim what they like, and write in others' names. Time passes in ticks; what stands on
 * the log has an age. The operator is with them: it shows trustee 2 the log as late as it can. The
 * quorum's time does not get to a trustee without all that stood on the log a tick before.
 *
 * Claims
 *   agreed    no share is destroyed unless two of the photo's own trustees have claimed it
 *   waited    and none before two claims have stood on the log, for all to see, for WEEK ticks
 *   heeded    nor where one of no more than two was taken back a tick before they had stood so long
 *   frozen    no release while an own trustee's claim has stood there more than a tick, and not yet
 *             for FREEZE ticks
 *   open      whoever holds no share of the photo stops no release
 *
 * Rules (-DNO_RULE_... leaves one out)
 *   OWN_NAME      reading._verify_own: a trustee claims in its own name
 *   OWN_TRUSTEES  claims.learn: only those of the photo's terms count
 *   K_CLAIMS      claims.due: one claim destroys nothing
 *   WEEK          claims.due: each claim has to be so old in this trustee's own view
 *   TWO_CLOCKS    erasure._moment: it grows older by the smaller of the own clock and the quorum's
 *   LIFT          claims.learn: what was taken back counts no more
 *   CLAIMED       rules.not_claimed: no release of a photo that is claimed
 *   VIEW_STALE    following.follow: a release comes after the log was read up to a tick ago
 */
#define WEEK 2
#define FREEZE 3
#define OLD 5                  /* ages stop here */
#define K 2

/* Ages on the log in ticks, plus one; 0: it does not stand there. The same as trustee 2 saw it. */
byte claimed[3], taken_back[3];
byte saw[3];
bool read[3], read_back[3];    /* it has read them once */
bool outsider, saw_outsider;   /* the fourth's */
bool forged, read_forged;      /* a claim of trustee 0's in the name of trustee 1 */
bool identity;                 /* somebody has shown at trustees 1 and 2 that the photo is theirs */
bool gone;
/* Ghosts. */
bool in_time[3];               /* taken back then */
bool unagreed, hasty, unheeded, thawed, stopped;

#define AGE(a) a = (a > 0 && a < OLD -> a + 1 : a)
/* Of trustee 2's own there is nothing to miss. */
#define MISSED(i) ((claimed[i] > 1 && !read[i]) || (taken_back[i] > 1 && !read_back[i]))
#define READ_SO_FAR !(MISSED(0) || MISSED(1))

#ifdef NO_RULE_WEEK
#define RIPE(a) (a > 0)
#else
#define RIPE(a) (a > WEEK)
#endif
#ifdef NO_RULE_OWN_TRUSTEES
#define FOREIGN (saw_outsider)
#else
#define FOREIGN false
#endif
#ifdef NO_RULE_K_CLAIMS
#define ENOUGH 1
#else
#define ENOUGH K
#endif
#ifdef NO_RULE_TWO_CLOCKS
#define TIME_CAME true
#else
#define TIME_CAME READ_SO_FAR
#endif
#ifdef NO_RULE_CLAIMED
#define UNCLAIMED true
#else
#define UNCLAIMED (YOUNG(0) + YOUNG(1) + YOUNG(2) == 0 && !FOREIGN)
#endif
#ifdef NO_RULE_VIEW_STALE
#define FRESH true
#else
#define FRESH READ_SO_FAR
#endif
#define YOUNG(i) (saw[i] > 0 && saw[i] <= FREEZE)
#define COUNTED (RIPE(saw[0]) + RIPE(saw[1]) + RIPE(saw[2]) + FOREIGN)
/* What everybody can see. */
#define SAID(i) (claimed[i] > 0)
#define STOOD(i) (claimed[i] > WEEK)
#define SOON(i) (claimed[i] >= WEEK)
#define STANDS(i) (claimed[i] > 0 && !in_time[i])
#define FREEZES(i) (claimed[i] > 2 && claimed[i] <= FREEZE && taken_back[i] == 0)

inline claim(i) { atomic { claimed[i] == 0 -> claimed[i] = 1 } }
inline take_back(i) { atomic { claimed[i] > 0 && taken_back[i] == 0 -> taken_back[i] = 1;
	in_time[i] = SOON(0) + SOON(1) + SOON(2) < K } }

proctype World()
{
	do
	:: claim(0)
	:: take_back(0)
	:: identity = true
	:: atomic { identity -> claim(1) }
	:: take_back(1)
	/* Its own claim is read with the log, like any other's; it knows of it at once. */
	:: atomic { identity && claimed[2] == 0 -> claimed[2] = 1; saw[2] = 1; read[2] = true }
	:: outsider = true
	:: forged = true
	/* A tick. The own clock of trustee 2 is right, or ahead: without the quorum's time it counts. */
	:: atomic { AGE(claimed[0]); AGE(claimed[1]); AGE(claimed[2]); AGE(taken_back[0]); AGE(taken_back[1]);
		if
		:: TIME_CAME -> AGE(saw[0]); AGE(saw[1]); AGE(saw[2])
		:: else
		fi }
	od
}

proctype Trustee()
{
	do
	:: atomic { claimed[0] > 0 && !read[0] -> read[0] = true; saw[0] = 1 }
	:: atomic { claimed[1] > 0 && !read[1] -> read[1] = true; saw[1] = (saw[1] > 0 -> saw[1] : 1) }
	/* In the order of the log. */
	:: atomic { taken_back[0] > 0 && read[0] && !read_back[0] -> read_back[0] = true;
#ifndef NO_RULE_LIFT
		saw[0] = 0
#endif
		}
	:: atomic { taken_back[1] > 0 && read[1] && !read_back[1] -> read_back[1] = true;
#ifndef NO_RULE_LIFT
		saw[1] = 0
#endif
		}
	:: atomic { outsider -> saw_outsider = true }
	:: atomic { forged && !read_forged -> read_forged = true;
#ifdef NO_RULE_OWN_NAME
		saw[1] = (saw[1] > 0 -> saw[1] : 1)
#endif
		}
	:: atomic { !gone && COUNTED >= ENOUGH -> gone = true;
		unagreed = SAID(0) + SAID(1) + SAID(2) < K;
		hasty = STOOD(0) + STOOD(1) + STOOD(2) < K;
		unheeded = STANDS(0) + STANDS(1) + STANDS(2) < K }
	/* A request comes that every other rule allows. */
	:: atomic { !gone && FRESH && UNCLAIMED ->
		thawed = FREEZES(0) || FREEZES(1) || FREEZES(2) }
	:: atomic { !gone && FRESH && !UNCLAIMED ->
		stopped = saw[0] == 0 && saw[1] == 0 && saw[2] == 0 }
	od
}

init { atomic { run World(); run Trustee() } }

ltl agreed { [] !unagreed }
ltl waited { [] !hasty }
ltl heeded { [] !unheeded }
ltl frozen { [] !thawed }
ltl open { [] !stopped }
ltl safe { [] !(unagreed || hasty || unheeded || thawed || stopped) }
