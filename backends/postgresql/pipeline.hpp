// The commands of one connection: sent together at the end of the loop's turn, answered in order.
#pragma once

#include "answer_reader.hpp"
#include "connection_state.hpp"
#include "endings.hpp"
#include "flight_sender.hpp"
#include "interrupter.hpp"
#include "proof_asker.hpp"

#include <databased/event_loop.hpp>

#include <chrono>
#include <exception>
#include <string>

namespace databased::postgresql {

/// Owns the libpq connection, and all that works on it: ProofAsker and FlightSender send, AnswerReader and Endings
/// receive, Interrupter stops.
class Pipeline final : private SocketListener, private EndOfTurn, private SenderListener, private InterruptListener {
  public:
    Pipeline(EventLoop& loop, ConnectionHandle connection, TypeCatalog& catalog, Proofs& proofs);
    /// Who waits gets NotConnectedError.
    ~Pipeline() override;

    EventLoop& loop() const noexcept { return loop_; }
    const TypeCatalog& types() const noexcept { return state_.catalog; }
    const PGconn* native() const noexcept { return state_.connection(); }
    void configure(const PipelineSettings& settings);
    /// How long the server may take for what it should do at once.
    std::chrono::milliseconds patience() const noexcept { return 2 * state_.settings.cancel_timeout; }

    void submit(Operation& operation);
    /// `operation` is to end soon.
    void stop(Operation& operation) noexcept;
    /// Nobody waits for `operation` any more.
    void abandon(Operation& operation) noexcept;
    /// All that was to be known of the types in the results of `operation` is known.
    void types_came(Operation& operation) { endings_.settle(operation); }

    bool is_lost() const noexcept { return state_.is_lost; }
    /// Something runs that nobody waits for.
    bool has_abandoned() const noexcept { return state_.has_abandoned; }
    bool is_cancelling() const noexcept { return interrupter_.is_asking(); }
    /// Nothing is under way.
    bool is_quiet() const noexcept { return state_.expected.empty() && state_.outbox.empty() && !is_cancelling(); }
    bool is_in_transaction() const noexcept { return state_.is_in_transaction(); }
    const SessionReset& reset() const noexcept { return state_.reset; }
    /// What was done so far is how every statement is to find the session.
    void accept_state(KeptState state);
    /// The connection is not fit for anybody any more; who waits gets ConnectionError with `why`.
    void lose(const std::string& why, const std::string& sqlstate = "08006") noexcept;

  private:
    void on_end_of_turn() noexcept override;
    void on_socket(SocketEvents events) noexcept override;
    void on_head_began() override;
    void on_broken(const std::string& why) noexcept override { lose(why); }
    void on_request_ended() noexcept override;
    static void on_notice(void* pipeline, const PGresult* result) noexcept;
    static void pass_over(void* nothing, const PGresult* result) noexcept;

    void pump();
    void receive();
    void take_result(ResultHandle result);
    void sync_came();
    void head_ended();
    void quiet_came();
    void let_go(Operation& operation) noexcept;
    void end_all(const std::exception_ptr& error) noexcept;

    EventLoop& loop_;
    ConnectionState state_;
    ProofAsker asker_;
    FlightSender flights_;
    Interrupter interrupter_;
    Endings endings_;
    AnswerReader reader_;
    detail::Clock::time_point head_since_{};  // what runs on the server now
    bool commits_schema_ = false;             // what the open transaction has changed of it
};

}  // namespace databased::postgresql
