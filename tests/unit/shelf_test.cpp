#include "pool/shelf.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::detail;
using namespace std::chrono_literals;

constexpr Clock::time_point noon{12h};

class Connection final : public SessionBackend {
  public:
    void start(backend::Exchange&) noexcept override {}
    bool is_usable() const noexcept override { return true; }
    bool is_clean() const noexcept override { return true; }
    Task<> close() override { co_return; }
};

struct ShelfTest : testing::Test {
    PooledConnection& add(Clock::time_point expires_at = Clock::time_point::max()) {
        return shelf.add(std::make_shared<Channel>(std::make_unique<Connection>(), Capabilities{}), expires_at);
    }
    PooledConnection& add_idle(Clock::time_point since) {
        PooledConnection& connection = add();
        shelf.put(connection, since);
        return connection;
    }
    PooledConnection& add_read(Clock::time_point since) {
        PooledConnection& connection = add();
        shelf.take(connection, Sharing::reads, {}, since);
        return connection;
    }
    Shelf shelf{};
};

TEST_F(ShelfTest, GivesTheConnectionThatWasUsedLast) {
    PooledConnection& first = add_idle(noon);
    PooledConnection& second = add_idle(noon);
    EXPECT_EQ(&shelf.warmest(), &second);

    shelf.take(first, Sharing::exclusive, {}, noon);
    EXPECT_TRUE(shelf.give_back(first, noon + 1s));
    shelf.put(first, noon + 1s);

    EXPECT_EQ(&shelf.warmest(), &first);
    EXPECT_EQ(shelf.size(), 2u);
}

TEST_F(ShelfTest, CountsConnectionsAndNotTheirUsers) {
    PooledConnection& shared = add_read(noon);
    shelf.take(shared, Sharing::reads, {}, noon);
    EXPECT_EQ(shelf.in_use(), 1u);

    EXPECT_FALSE(shelf.give_back(shared, noon));
    EXPECT_EQ(shelf.in_use(), 1u);
    EXPECT_TRUE(shelf.give_back(shared, noon));

    EXPECT_EQ(shelf.in_use(), 0u);
    EXPECT_FALSE(shelf.has_idle());
}

TEST_F(ShelfTest, JoinsOnlyWhatIsSharedInTheSameWay) {
    PooledConnection& reading = add_read(noon);
    shelf.take(add(), Sharing::exclusive, {}, noon + 1s);
    add_idle(noon + 1s);

    EXPECT_EQ(shelf.joinable(Sharing::reads, false, noon), &reading);
    EXPECT_EQ(shelf.joinable(Sharing::writes, false, noon), nullptr);
    EXPECT_EQ(shelf.joinable(Sharing::exclusive, false, noon), nullptr);
}

TEST_F(ShelfTest, JoinsWhatGotOnLastOrWhatIsLeastCrowded) {
    PooledConnection& crowded = add_read(noon);
    shelf.take(crowded, Sharing::reads, {}, noon);
    PooledConnection& quiet = add_read(noon - 1s);

    EXPECT_EQ(shelf.joinable(Sharing::reads, false, noon), &crowded);
    EXPECT_EQ(shelf.joinable(Sharing::reads, true, noon), &quiet);
}

TEST_F(ShelfTest, JoinsNothingThatIsClosedOrTooOld) {
    PooledConnection& closed = add_read(noon);
    closed.channel->close_now();
    shelf.take(add(noon), Sharing::reads, {}, noon);

    EXPECT_EQ(shelf.joinable(Sharing::reads, false, noon), nullptr);
}

TEST_F(ShelfTest, KnowsWhatIsHeldLongest) {
    EXPECT_EQ(shelf.held_longest(), nullptr);
    add_idle(noon - 2s);
    add_read(noon);
    const PooledConnection& longest = add_read(noon - 1s);

    EXPECT_EQ(shelf.held_longest(), &longest);
}

TEST_F(ShelfTest, RemovesIdleConnectionsWhileTheyAreVisited) {
    add_idle(noon);
    const PooledConnection& kept = add_idle(noon + 1s);
    add_idle(noon);

    shelf.each_idle([&](PooledConnection& idle) {
        if (idle.idle_since == noon) shelf.remove(idle);
    });

    EXPECT_EQ(shelf.size(), 1u);
    EXPECT_EQ(&shelf.warmest(), &kept);
}

TEST_F(ShelfTest, DoubtsAllThatAreIdle) {
    add_idle(noon);
    add_idle(noon);

    shelf.doubt_idle();

    shelf.each_idle([](const PooledConnection& idle) { EXPECT_EQ(idle.idle_since, Clock::time_point::min()); });
}

TEST_F(ShelfTest, ForgetsWhatNobodyHas) {
    add_idle(noon);
    add_read(noon);

    shelf.remove_unused();

    EXPECT_EQ(shelf.size(), 1u);
    EXPECT_FALSE(shelf.has_idle());
}

}  // namespace
