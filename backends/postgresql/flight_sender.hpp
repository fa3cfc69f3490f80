// How operations become flights: what ends with one sync.
#pragma once

#include "connection_state.hpp"
#include "flight_plan.hpp"
#include "proof_asker.hpp"
#include "sender.hpp"

namespace databased::postgresql {

/// An operation by itself is a flight, or a burst of plain reads, or neighbours in one transaction. Autocommitted reads
/// follow each other in flights of their own, so that one that fails touches no other.
class FlightSender {
  public:
    FlightSender(EventLoop& loop, ConnectionState& state, ProofAsker& asker, SocketListener& socket,
                 SenderListener& listener);

    /// Sends what may go now. `is_asking`: a request to cancel is under way, which may hit what is sent.
    void pump(bool is_asking);
    /// Rolls back the transaction around `operation` (null: nobody's any more) and takes away what it has left.
    void send_recovery(Operation* operation);
    /// Nothing else is sent before it is known that nothing is left.
    void send_resets(Operation* operation);
    void flush() { sender_.flush(); }
    bool is_blocked() const noexcept { return sender_.is_blocked(); }

    /// A transaction is under way that was begun for one statement alone.
    bool is_enclosing() const noexcept { return is_enclosing_; }
    void quiet_came() noexcept {
        is_enclosing_ = false;
        may_repeat_ = feeding_ != nullptr;
    }
    /// What was asked before its runs is answered.
    void go_on(Operation& operation);
    /// Nobody waits for `operation` any more. Whether something is to be sent now.
    bool abandon(const Operation& operation);
    /// Nothing is sent from now on.
    void close() noexcept;

  private:
    using MayJoin = bool (Operation::*)() const noexcept;

    void begin(Operation& operation);
    void begin_flight(Operation& operation);
    void begin_many(Operation& operation);
    void undo_savepoint(Operation& operation);
    bool can_feed() const noexcept { return feeding_ != nullptr && !feeding_->is_asking && !is_blocked(); }
    void begin_shared(Operation& first, MayJoin may_join, Sent::Kind end);
    Operation* next_to_join(MayJoin may_join);
    void feed();
    void end_flight(Operation& operation);
    void send_verbs(Operation& operation, std::size_t first, std::size_t end);
    void send_verbs_behind(Operation& operation);
    void find_cursor(Operation& operation);
    FlightFacts facts_of(const Operation& operation) const noexcept;

    EventLoop& loop_;
    ConnectionState& state_;
    ProofAsker& asker_;
    Sender sender_;
    Operation* feeding_ = nullptr;  // its flight is not sent to its end yet
    bool is_enclosing_ = false;
    bool may_repeat_ = false;  // what is under way, ahead of all others
};

}  // namespace databased::postgresql
