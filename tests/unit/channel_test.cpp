#include "execution/channel.hpp"

#include "support/child_process.hpp"

#include <databased/error.hpp>

#include <memory>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using detail::Channel;

/// A connection that tells of its end.
class Connection final : public SessionBackend {
  public:
    explicit Connection(bool& ended) : ended_(ended) {}
    ~Connection() override { ended_ = true; }
    void start(backend::Exchange&) noexcept override {}
    bool is_usable() const noexcept override { return true; }
    bool is_clean() const noexcept override { return true; }
    Task<> close() override { co_return; }

  private:
    bool& ended_;
};

struct ChannelTest : testing::Test {
    bool ended = false;
    std::shared_ptr<Channel> channel = std::make_shared<Channel>(std::make_unique<Connection>(ended), Capabilities{});
};

TEST_F(ChannelTest, EndsItsConnectionWithItself) {
    channel.reset();

    EXPECT_TRUE(ended);
}

TEST_F(ChannelTest, TakesNothingOnceItIsClosed) {
    channel->close_now();

    EXPECT_TRUE(ended);
    EXPECT_THROW(channel->send({}), NotConnectedError);
}

TEST_F(ChannelTest, TakesNothingInAChildProcess) {
    const int found = support::in_child_process([&] {
        try {
            channel->send({});
        } catch (const UsageError&) {
            return 7;
        }
        return 1;
    });

    EXPECT_EQ(found, 7);
}

TEST_F(ChannelTest, LeavesTheConnectionOfTheParentAlone) {
    const int closed = support::in_child_process([&] {
        channel->close_now();
        return ended || channel->is_open() ? 1 : 7;
    });
    const int destroyed = support::in_child_process([&] {
        channel.reset();
        return ended ? 1 : 7;
    });

    EXPECT_EQ(closed, 7);
    EXPECT_EQ(destroyed, 7);
}

}  // namespace
