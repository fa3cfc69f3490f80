#include <databased/detail/fetch_size.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace {

using databased::detail::FetchSize;
using namespace std::chrono_literals;

TEST(FetchSize, IsSmallAtFirst) { EXPECT_EQ(FetchSize{}.rows(), FetchSize::first_rows); }

TEST(FetchSize, GrowsWhereRowsAreSmallAndComeAtOnce) {
    FetchSize size;
    size.note(32, 320, 1ms);
    EXPECT_GT(size.rows(), FetchSize::first_rows);
    for (int i = 0; i < 20; ++i) size.note(size.rows(), size.rows() * 10, 1ms);
    EXPECT_EQ(size.rows(), FetchSize::most_rows);
}

TEST(FetchSize, KeepsToWhatIsWorthATripWhereRowsAreLarge) {
    FetchSize size;
    size.note(32, 32 * 10'000, 1ms);
    EXPECT_EQ(size.rows(), FetchSize::enough_bytes / 10'000);
}

TEST(FetchSize, IsOneWhereARowIsLargerThanThat) {
    FetchSize size;
    size.note(32, 32 * FetchSize::enough_bytes * 2, 1ms);
    EXPECT_EQ(size.rows(), 1u);
}

TEST(FetchSize, GrowsAgainBehindLargeRows) {
    FetchSize size;
    size.note(32, 32 * FetchSize::enough_bytes, 1ms);
    size.note(1, 100, 1ms);
    EXPECT_GT(size.rows(), 1u);
}

TEST(FetchSize, ShrinksWhereRowsAreSeldom) {
    FetchSize size;
    size.note(32, 320, 10 * FetchSize::a_while);
    EXPECT_EQ(size.rows(), 3u);
}

TEST(FetchSize, StaysAsItIsWhereNoRowsCame) {
    FetchSize size;
    size.note(0, 0, 10s);
    EXPECT_EQ(size.rows(), FetchSize::first_rows);
}

}  // namespace
