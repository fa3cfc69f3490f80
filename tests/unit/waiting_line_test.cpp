#include "pool/waiting_line.hpp"

#include <databased/error.hpp>

#include <optional>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::detail;

constexpr auto never = Clock::time_point::max();

TEST(WaitingLine, ServesWhoCameFirst) {
    WaitingLine line;
    EXPECT_EQ(line.next(false, Sharing::exclusive), nullptr);
    Asker first{line, Sharing::exclusive, {}, never};
    Asker second{line, Sharing::reads, {}, never};

    EXPECT_EQ(line.next(false, Sharing::exclusive), &first);
    first.grant();

    EXPECT_EQ(line.next(false, Sharing::exclusive), &second);
}

TEST(WaitingLine, LetsThoseShareWhoComeNextAndWantTheSame) {
    WaitingLine line;
    Asker one{line, Sharing::reads, {}, never};
    Asker two{line, Sharing::reads, {}, never};
    Asker writer{line, Sharing::writes, {}, never};
    Asker behind{line, Sharing::reads, {}, never};
    one.grant();

    EXPECT_EQ(line.next(true, Sharing::reads), &two);
    two.grant();

    EXPECT_EQ(line.next(true, Sharing::reads), nullptr);
}

TEST(WaitingLine, LetsNobodyShareWhatIsForOneOnly) {
    WaitingLine line;
    Asker asker{line, Sharing::exclusive, {}, never};

    EXPECT_EQ(line.next(true, Sharing::exclusive), nullptr);
    EXPECT_EQ(line.next(true, Sharing::reads), nullptr);
    EXPECT_EQ(line.next(false, Sharing::reads), &asker);
}

TEST(WaitingLine, CountsThoseWhoWereToldUntilTheyHaveGone) {
    WaitingLine line;
    std::optional<Asker> asker{std::in_place, line, Sharing::reads, std::source_location{}, never};

    asker->grant();
    EXPECT_TRUE(line.is_empty());
    EXPECT_EQ(line.size(), 1u);
    asker.reset();

    EXPECT_EQ(line.size(), 0u);
}

TEST(WaitingLine, ForgetsWhoGivesUp) {
    WaitingLine line;
    { const Asker asker{line, Sharing::reads, {}, never}; }

    EXPECT_TRUE(line.is_empty());
    EXPECT_EQ(line.next(false, Sharing::exclusive), nullptr);
}

TEST(WaitingLine, TellsOneOrAllWhyTheyGetNothing) {
    WaitingLine line;
    Asker first{line, Sharing::reads, {}, never};
    Asker second{line, Sharing::reads, {}, never};
    Asker third{line, Sharing::reads, {}, never};

    line.fail_first(std::make_exception_ptr(UsageError("refused")));
    EXPECT_TRUE(first.error);
    EXPECT_FALSE(second.error);
    line.fail_all(std::make_exception_ptr(NotConnectedError("ended")));

    EXPECT_TRUE(second.error);
    EXPECT_TRUE(third.error);
    EXPECT_TRUE(line.is_empty());
}

TEST(WaitingLine, SendsAllAwayWithNothing) {
    WaitingLine line;
    const Asker first{line, Sharing::reads, {}, never};
    const Asker second{line, Sharing::exclusive, {}, never};

    line.send_away();

    EXPECT_TRUE(line.is_empty());
    EXPECT_FALSE(first.error);
    EXPECT_FALSE(second.lease);
}

}  // namespace
