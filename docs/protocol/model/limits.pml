/*
 * How much may be opened, counted in the order of the log (claim C3).
 *
 * The log holds three requests, in an order that the operator chooses, each with what its officer
 * put into it. -DPART=1: photo, number, day. -DPART=2: officer, day, number of the officer's day,
 * one-time key; two officers of one office. All of them do what the operator says. Honest trustees 0 and 1 are asked for
 * whichever requests the operator likes, in any order; with the dishonest one's share, one honest
 * release opens a photo.
 *
 * Each photo's promise: two openings, one a day. Each officer: two requests a day; the office, and
 * the purpose: two requests a day as well.
 *
 * Claims
 *   few         of one photo no more requests are answered than were promised, ever and in a day
 *   quota       no more requests a day are answered than the officer's, and the office's, quota
 *   found       who looks for the photo's numbers finds every answered request under its own
 *   once        a one-time key opens one request: who gets hold of it later has no more
 *
 * Rules (-DNO_RULE_... leaves one out)
 *   NUMBER          rules.numbered: the number is not above openings_max
 *   OPENINGS_A_DAY  rules.openings_a_day
 *   TAG_REUSED      rules.in_view: of entries with one tag the first counts
 *   TAG_GAP         rules.no_gap: every lower number stands on the log
 *   SLOT            rules.own_slot: the officer's number of the day is within the quota, and unused
 *   QUOTA           rules.quota_office, rules.quota_purpose: requests before this one, on the log
 *   LOG_ORDER       the same, counted on the log and not by what this trustee gave: else the quota
 *                   multiplies by the number of trustees
 *   ONE_TIME_KEY    rules.key_unused
 */
#ifndef PART
#define PART 1
#endif
#define LEN 3
#define MOST 2       /* openings_max, and the quotas */

byte length;
byte photo[LEN], number[LEN], day[LEN], officer[LEN], nth[LEN], key[LEN];
bool given[6];       /* trustee i has answered request e: i * LEN + e */

#define ANSWERED(e) (given[e] || given[LEN + e])
/* Request f stands before e, and is like it. */
#define BEFORE(f, e, like) ((f) < (e) && (like))
#define COUNT(e, like) (BEFORE(0, e, like(0, e)) + BEFORE(1, e, like(1, e)) + BEFORE(2, e, like(2, e)))
#define SAME_TAG(f, e) (photo[f] == photo[e] && number[f] == number[e])
#define SAME_DAY(f, e) (photo[f] == photo[e] && day[f] == day[e] && number[f] < number[e])
#define SAME_SLOT(f, e) (officer[f] == officer[e] && day[f] == day[e] && nth[f] == nth[e])
#define OF_THE_DAY(f, e) (day[f] == day[e])
#define GIVEN(i, f, e) (given[(i) * LEN + (f)] && day[f] == day[e])
#define HAS(n, e) ((photo[0] == photo[e] && number[0] == (n) && length > 0) || (photo[1] == photo[e] && number[1] == (n) && length > 1) || (photo[2] == photo[e] && number[2] == (n) && length > 2))

#ifdef NO_RULE_NUMBER
#define NUMBERED(e) true
#else
#define NUMBERED(e) (number[e] <= MOST)
#endif
#ifdef NO_RULE_OPENINGS_A_DAY
#define DAILY(e) true
#else
/* Lower numbers of the day: the rule counts by number, in which no gap is left. */
#define DAILY(e) (SAME_DAY(0, e) + SAME_DAY(1, e) + SAME_DAY(2, e) < 1)
#endif
#ifdef NO_RULE_TAG_REUSED
#define FIRST(e) true
#else
#define FIRST(e) (COUNT(e, SAME_TAG) == 0)
#endif
#ifdef NO_RULE_TAG_GAP
#define NO_GAP(e) true
#else
#define NO_GAP(e) (number[e] == 1 || (HAS(1, e) && (number[e] == 2 || HAS(2, e))))
#endif
#ifdef NO_RULE_SLOT
#define SLOT(e) true
#else
#define SLOT(e) (nth[e] <= MOST && COUNT(e, SAME_SLOT) == 0)
#endif
#ifdef NO_RULE_QUOTA
#define QUOTA(i, e) true
#elif defined(NO_RULE_LOG_ORDER)
#define QUOTA(i, e) (GIVEN(i, 0, e) + GIVEN(i, 1, e) + GIVEN(i, 2, e) < MOST)
#else
#define QUOTA(i, e) (COUNT(e, OF_THE_DAY) < MOST)
#endif
#ifdef NO_RULE_ONE_TIME_KEY
#define UNUSED(i, e) true
#else
#define USED(i, f, e) ((f) != (e) && given[(i) * LEN + (f)] && key[f] == key[e])
#define UNUSED(i, e) (!USED(i, 0, e) && !USED(i, 1, e) && !USED(i, 2, e))
#endif

#if PART == 1
#define RULES(i, e) (NUMBERED(e) && FIRST(e) && NO_GAP(e) && DAILY(e))
#else
#define RULES(i, e) (SLOT(e) && QUOTA(i, e) && UNUSED(i, e))
#endif

/* The operator writes the log first: what is counted is what stands before, so nothing later matters. */
proctype Operator()
{
	do
	:: atomic { length < LEN ->
#if PART == 1
		if :: day[length] = 0 :: day[length] = 1 :: day[length] = 2 fi;
		if :: photo[length] = 0 :: photo[length] = 1 fi;
		if :: number[length] = 1 :: number[length] = 2 :: number[length] = 3 fi;
#else
		if :: day[length] = 0 :: day[length] = 1 fi;
		if :: officer[length] = 0 :: officer[length] = 1 fi;
		if :: nth[length] = 1 :: nth[length] = 2 :: nth[length] = 3 fi;
		if :: key[length] = length :: key[length] = 0 fi;
#endif
		length++ }
	:: atomic { length == LEN -> break }
	od
}

proctype Trustee(byte i)
{
	byte e;
	length == LEN;
	do
	:: atomic {
		if :: e = 0 :: e = 1 :: e = 2 fi;
		if
		:: !given[i * LEN + e] && RULES(i, e) ->
			given[i * LEN + e] = true
		:: else
		fi }
	od
}

init { atomic { run Operator(); run Trustee(0); run Trustee(1) } }

#define OF(e, p) (ANSWERED(e) && photo[e] == (p))
#define ON(e, p, d) (OF(e, p) && day[e] == (d))
#define TODAY(e, d) (ANSWERED(e) && day[e] == (d))
#define TWICE(e, f) (ANSWERED(e) && ANSWERED(f) && (e) != (f))

#define MANY ((OF(0, 0) + OF(1, 0) + OF(2, 0) > MOST) || (ON(0, 0, 0) + ON(1, 0, 0) + ON(2, 0, 0) > 1))
#define OVER (TODAY(0, 0) + TODAY(1, 0) + TODAY(2, 0) > MOST)
#define BEYOND(e) (ANSWERED(e) && nth[e] > MOST)
#define SLOTS(e, f) (TWICE(e, f) && SAME_SLOT(e, f))
#define UNDER_A_TAG(e, f) (TWICE(e, f) && SAME_TAG(e, f))
#define GAP(e) (ANSWERED(e) && number[e] > 1 && !HAS(number[e] - 1, e))
#define KEYS(e, f, i) ((e) != (f) && given[(i) * LEN + (e)] && given[(i) * LEN + (f)] && key[e] == key[f])

#define UNFOUND (UNDER_A_TAG(0, 1) || UNDER_A_TAG(0, 2) || UNDER_A_TAG(1, 2) || GAP(0) || GAP(1) || GAP(2))
#define OVERDRAWN (OVER || BEYOND(0) || BEYOND(1) || BEYOND(2) || SLOTS(0, 1) || SLOTS(0, 2) || SLOTS(1, 2))
#define USED_TWICE (KEYS(0, 1, 0) || KEYS(0, 2, 0) || KEYS(1, 2, 0) || KEYS(0, 1, 1) || KEYS(0, 2, 1) || KEYS(1, 2, 1))

ltl few { [] !MANY }
ltl found { [] !UNFOUND }
ltl quota { [] !OVERDRAWN }
ltl once { [] !USED_TWICE }
ltl part1 { [] !(MANY || UNFOUND) }
ltl part2 { [] !(OVERDRAWN || USED_TWICE) }
