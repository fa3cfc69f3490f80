#include "session/open_cursors.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace {

using namespace databased;
using backend::Verb;
using detail::OpenCursors;

std::vector<std::uint32_t> to_close(const OpenCursors& cursors) {
    backend::Commands commands;
    cursors.add_to(commands);
    std::vector<std::uint32_t> numbers;
    for (const backend::Command& command : commands) {
        EXPECT_EQ(command.verb, Verb::close_cursor);
        numbers.push_back(command.number);
    }
    return numbers;
}

using List = std::vector<std::uint32_t>;

TEST(OpenCursors, AreToBeClosedOnceTheyAreLeft) {
    OpenCursors cursors;
    cursors.opened(3);
    cursors.opened(5);
    EXPECT_FALSE(cursors.has_to_close());

    cursors.leave(3);

    EXPECT_TRUE(cursors.has_to_close());
    EXPECT_EQ(to_close(cursors), List{3});
    EXPECT_FALSE(cursors.has(3));
    EXPECT_TRUE(cursors.has(5));
}

TEST(OpenCursors, AreClosedOnce) {
    OpenCursors cursors;
    cursors.opened(3);
    cursors.leave(3);

    cursors.note({Verb::close_cursor, 3});
    cursors.leave(3);

    EXPECT_FALSE(cursors.has_to_close());
}

TEST(OpenCursors, ThatWereNeverOpenedAreNotClosed) {
    OpenCursors cursors;

    cursors.leave(3);

    EXPECT_FALSE(cursors.has_to_close());
}

TEST(OpenCursors, AreGoneBehindARollbackToASavepointThatWasMadeBefore) {
    OpenCursors cursors;
    for (const std::uint32_t cursor : {3U, 7U, 8U}) cursors.opened(cursor);
    cursors.leave(8);

    cursors.note({Verb::rollback_to, 5});

    EXPECT_TRUE(cursors.has(3));
    EXPECT_FALSE(cursors.has(7));
    EXPECT_FALSE(cursors.has_to_close());
}

TEST(OpenCursors, OutliveTheReleaseOfASavepoint) {
    OpenCursors cursors;
    cursors.opened(7);

    cursors.note({Verb::release, 5});

    EXPECT_TRUE(cursors.has(7));
}

}  // namespace
