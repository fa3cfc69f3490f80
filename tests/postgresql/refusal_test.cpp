// What follows from the SQLSTATE of an error and from where it comes; without a server.
#include "refusal.hpp"

#include <gtest/gtest.h>

namespace {

using databased::postgresql::Refusal;

TEST(Refusal, OfAStatementIsNoneOfAFunctionInIt) {
    EXPECT_TRUE((Refusal{.sqlstate = "42703"}.is_of_statement()));
    EXPECT_FALSE((Refusal{.sqlstate = "42703", .has_context = true}.is_of_statement()));
    EXPECT_FALSE((Refusal{.sqlstate = "42501"}.is_of_statement()));
    EXPECT_FALSE((Refusal{.sqlstate = "22012"}.is_of_statement()));
}

TEST(Refusal, OfAStalePlanIsKnownByWhereItComesFrom) {
    EXPECT_TRUE((Refusal{.sqlstate = "26000"}.is_stale()));
    EXPECT_TRUE((Refusal{.sqlstate = "0A000", .function = "RevalidateCachedQuery"}.is_stale()));
    EXPECT_FALSE((Refusal{.sqlstate = "0A000", .function = "other"}.is_stale()));
    EXPECT_TRUE((Refusal{.sqlstate = "XX000", .message = "cache lookup failed for type 1"}.is_stale()));
    EXPECT_FALSE((Refusal{.sqlstate = "XX000", .message = "other"}.is_stale()));
}

TEST(Refusal, OfATransactionAroundIsKnownByItsState) {
    EXPECT_TRUE((Refusal{.sqlstate = "25001"}.is_for_no_transaction()));
    EXPECT_TRUE((Refusal{.sqlstate = "2D000"}.is_for_no_transaction()));
    EXPECT_FALSE((Refusal{.sqlstate = "25P02"}.is_for_no_transaction()));
}

}  // namespace
