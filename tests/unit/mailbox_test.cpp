#include "runtime/mailbox.hpp"

#include <array>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>

namespace {

using databased::LoopWork;
using databased::detail::Mailbox;

class Noting final : public LoopWork {
  public:
    Noting(std::vector<int>& order, int value) : order_(order), value_(value) {}
    void on_loop() noexcept override { order_.push_back(value_); }

  private:
    std::vector<int>& order_;
    int value_;
};

/// Pieces of work that note their numbers.
struct MailboxTest : testing::Test {
    void push(LoopWork& work) { mailbox.push(work, work); }

    Mailbox mailbox{};
    std::vector<int> order{};
    Noting one{order, 1};
    Noting two{order, 2};
    Noting three{order, 3};
};

TEST_F(MailboxTest, DeliversInOrder) {
    const std::array<LoopWork*, 2> batch{&one, &two};

    mailbox.push(batch);
    push(three);
    mailbox.deliver();

    EXPECT_EQ(order, (std::vector{1, 2, 3}));
    EXPECT_TRUE(mailbox.is_empty());
}

TEST_F(MailboxTest, DeliversWhatIsPushedByADeliveryNextTime) {
    class Pushing final : public LoopWork {
      public:
        Pushing(Mailbox& mailbox, LoopWork& work) : mailbox_(mailbox), work_(work) {}
        void on_loop() noexcept override { mailbox_.push(work_, work_); }

      private:
        Mailbox& mailbox_;
        LoopWork& work_;
    } pushing{mailbox, one};

    push(pushing);
    mailbox.deliver();
    EXPECT_EQ(order, std::vector<int>{});
    mailbox.deliver();

    EXPECT_EQ(order, std::vector{1});
}

TEST_F(MailboxTest, DoesNotFallAsleepOverWork) {
    push(one);

    EXPECT_FALSE(mailbox.fall_asleep());
    mailbox.deliver();
    EXPECT_TRUE(mailbox.fall_asleep());
}

TEST_F(MailboxTest, IsEmptyWhileItSleepsUntilSomebodyPushes) {
    EXPECT_TRUE(mailbox.fall_asleep());
    EXPECT_TRUE(mailbox.is_empty());

    push(one);
    push(two);

    EXPECT_FALSE(mailbox.is_empty());
    EXPECT_FALSE(mailbox.fall_asleep());
    mailbox.deliver();
    EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(MailboxTest, IsReadableOnceSomebodyHasPushedInASleep) {
    pollfd watched{.fd = mailbox.descriptor(), .events = POLLIN, .revents = 0};
    push(one);
    mailbox.deliver();
    EXPECT_EQ(poll(&watched, 1, 0), 0);

    EXPECT_TRUE(mailbox.fall_asleep());
    push(two);
    EXPECT_EQ(poll(&watched, 1, 0), 1);

    mailbox.deliver();
    mailbox.clear_signals();
    EXPECT_EQ(poll(&watched, 1, 0), 0);
}

TEST(WakeUp, CountsItsSignals) {
    const databased::detail::WakeUp wake_up;
    EXPECT_EQ(wake_up.clear(), 0u);

    wake_up.signal();
    wake_up.signal();

    wake_up.wait();
    EXPECT_EQ(wake_up.clear(), 2u);
    EXPECT_EQ(wake_up.clear(), 0u);
}

/// Ends the loop that it is delivered to, and with it the mailbox.
class Ending final : public LoopWork {
  public:
    void on_loop() noexcept override { is_delivered = true; }
    bool is_delivered = false;
};

void serve(std::unique_ptr<Mailbox> mailbox, const Ending& ending, bool sleeps) {
    while (!ending.is_delivered) {
        if (sleeps) static_cast<void>(mailbox->fall_asleep());
        mailbox->deliver();
    }
}

TEST(MailboxEnd, MayComeBeforeWhoeverHasPushedIsBack) {
    for (int i = 0; i < 2'000; ++i) {
        Ending ending;
        auto mailbox = std::make_unique<Mailbox>();
        Mailbox& pushed_to = *mailbox;
        std::jthread owner{serve, std::move(mailbox), std::cref(ending), i % 2 == 0};

        pushed_to.push(ending, ending);
    }
}

}  // namespace
