// How flights and operations end: who is told, what is done once more, what is taken back first.
#pragma once

#include "connection_state.hpp"
#include "flight_sender.hpp"
#include "interrupter.hpp"
#include "type_lookup.hpp"

#include <exception>
#include <string>

namespace databased::postgresql {

/// Of one connection.
class Endings {
  public:
    Endings(Pipeline& pipeline, EventLoop& loop, EndOfTurn& turn, ConnectionState& state, FlightSender& flights,
            const Interrupter& interrupter)
        : loop_(loop),
          turn_(turn),
          state_(state),
          flights_(flights),
          interrupter_(interrupter),
          lookup_(pipeline, loop, state.catalog) {}

    TypeLookup& lookup() noexcept { return lookup_; }

    /// `sync` has come, and is not on the wire any more. Gives why the connection has to be given up; null if it has
    /// not.
    const char* sync_came(const Sent& sync);
    /// One of several operations in a flight has all its answers.
    void part_ended(Operation& operation);
    /// Nothing is on the wire.
    void quiet_came() noexcept { recoveries_ = 0; }
    /// Ends an operation, unless it still waits for something or has to be done again.
    void settle(Operation& operation);
    /// A request to cancel has ended.
    void settle_stopped();
    /// All of it was done: the types are not worth waiting for them any longer.
    void give_up_types(Operation& operation) noexcept;

    /// The connection is lost.
    void end_lost(Operation& operation, const std::exception_ptr& error) noexcept;
    void end_all(const std::exception_ptr& error) noexcept;

  private:
    void flight_ended(Operation& operation);
    const char* resets_ended(Operation* operation);
    bool must_recover() const noexcept;
    const char* recover(Operation* operation);
    bool reset_again(Operation* operation);
    void repeat_skipped();
    void finish(Operation& operation);
    void repeat(Operation& operation);

    EventLoop& loop_;
    EndOfTurn& turn_;
    ConnectionState& state_;
    FlightSender& flights_;
    const Interrupter& interrupter_;
    TypeLookup lookup_;
    detail::IntrusiveList<Operation> skipped_;  // of the burst under way, to be sent again
    detail::IntrusiveList<Operation> stopped_;  // they have ended, the request to cancel them has not
    int recoveries_ = 0;                        // since nothing was under way
};

}  // namespace databased::postgresql
