// The commands of one connection: sent together at the end of the loop's turn, answered in order.
#pragma once

#include "answer_reader.hpp"
#include "cancel.hpp"
#include "opening.hpp"
#include "operation.hpp"
#include "outbox.hpp"
#include "proof_asker.hpp"
#include "sender.hpp"
#include "server_statements.hpp"
#include "session_reset.hpp"
#include "socket_watch.hpp"
#include "stopper.hpp"
#include "type_lookup.hpp"
#include "wire.hpp"

#include <databased/event_loop.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace databased::postgresql {

struct PipelineSettings {
    std::size_t statement_cache = 256;
    std::chrono::milliseconds cancel_timeout{5'000};
    std::chrono::microseconds spin{};  ///< How long the loop waits awake for an answer.
    bool gives_up_at_once = false;     ///< While it is opened: who does not answer in time is not asked to stop.
    bool is_pooled = false;            ///< Behind a pooler that gives every transaction another server connection.
};

/// Owns the libpq connection. A flight is what ends with one sync: an operation by itself, or a burst of plain reads in
/// one read-only transaction. Autocommitted reads follow each other in flights of their own, so that one that fails
/// touches no other.
class Pipeline final : private SocketListener,
                       private CancelListener,
                       private TurnEnd,
                       private Timer,
                       private SenderListener {
  public:
    Pipeline(EventLoop& loop, ConnectionHandle connection, TypeCatalog& catalog, Proofs& proofs);
    /// Who waits gets NotConnectedError.
    ~Pipeline() override;

    EventLoop& loop() const noexcept { return loop_; }
    const TypeCatalog& types() const noexcept { return catalog_; }
    const PGconn* native() const noexcept { return connection_.get(); }
    void configure(const PipelineSettings& settings);
    /// How long the server may take for what it should do at once.
    std::chrono::milliseconds patience() const noexcept { return 2 * settings_.cancel_timeout; }

    void submit(Operation& operation);
    /// `operation` is to end soon.
    void stop(Operation& operation) noexcept;
    /// Nobody waits for `operation` any more.
    void abandon(Operation& operation) noexcept;

    /// All that was to be known of the types in the results of `operation` is known.
    void types_came(Operation& operation) { settle(operation); }

    bool is_lost() const noexcept { return is_lost_; }
    /// Something runs that nobody waits for.
    bool has_abandoned() const noexcept { return has_abandoned_; }
    bool is_cancelling() const noexcept { return cancel_.is_running(); }
    /// Nothing is under way.
    bool is_quiet() const noexcept { return wire_.empty() && outbox_.empty() && !cancel_.is_running(); }
    bool is_in_transaction() const noexcept;
    SessionReset& reset() noexcept { return reset_; }
    const SessionReset& reset() const noexcept { return reset_; }
    /// What was done so far is how every statement is to find the session.
    void accept_state(KeptState state);
    /// The connection is not fit for anybody any more; who waits gets ConnectionError with `why`.
    void lose(const std::string& why, const std::string& sqlstate = "08006") noexcept;

  private:
    // Sending
    void on_turn_end() noexcept override;
    void pump();
    void send_outbox();
    bool may_send() const noexcept;
    void begin(Operation& operation);
    void begin_flight(Operation& operation);
    void begin_burst(Operation& first);
    void begin_shared_flight(Operation& first);
    Operation* next_to_join(bool (Operation::*may_join)() const noexcept);
    void enclose(Operation& operation);
    void find_statement(Operation& operation);
    void note_use(Operation& operation);
    void refuse_what_cannot_work(const Operation& operation) const;
    void feed();
    void end_flight(Operation& operation);
    bool owes_reset(const Operation& operation) const noexcept;
    void send_resets(Operation* operation);
    void send_verbs(Operation& operation);
    void send_part(Operation& operation);
    void flush();

    // Receiving
    void on_socket(SocketEvents events) noexcept override;
    void receive();
    void take_result(ResultHandle result);
    void sync_came();
    void head_ended();
    void on_head_began() override;
    void on_broken(const std::string& why) noexcept override { lose(why); }
    void flight_ended(Operation& operation);
    void part_ended(Operation& operation);
    void resets_ended(Operation* operation);
    bool recover(Operation* operation);
    bool reset_again(Operation* operation);
    static void on_notice(void* pipeline, const PGresult* result) noexcept;
    void repeat_skipped();
    void quiet_came();
    void settle(Operation& operation);
    backend::Transaction transaction() const noexcept;
    void finish(Operation& operation);
    static bool repeats(Operation& operation);
    void repeat(Operation& operation);

    // Stopping
    bool is_running(const Operation& operation) noexcept;
    void let_go(Operation& operation) noexcept;
    void give_up_types(Operation& operation) noexcept;
    void watch_head();
    void follow(Stopper::Next next);
    void start_cancel();
    bool send_cancel() noexcept;
    void on_cancel_sent(std::string_view problem) noexcept override;
    void on_time() noexcept override;
    void give_up_all(const std::exception_ptr& error) noexcept;
    void end_lost(Operation& operation, const std::exception_ptr& error) noexcept;
    std::exception_ptr lost_error(const Operation& operation, const std::string& why,
                                  const std::string& sqlstate) const;

    EventLoop& loop_;
    TypeCatalog& catalog_;
    Proofs& proofs_;
    ConnectionHandle connection_;
    PipelineSettings settings_;
    SessionReset reset_;
    int recoveries_ = 0;  // since nothing was under way
    std::unique_ptr<SocketWatch> watch_;

    Outbox outbox_;
    detail::IntrusiveList<Operation> skipped_;  // of the burst under way, to be sent again
    detail::IntrusiveList<Operation> stopped_;  // they have ended, the request to cancel them has not
    Wire wire_;
    ServerStatements prepared_;
    Sender sender_;
    TypeLookup lookup_;
    AnswerReader reader_;
    ProofAsker asker_;
    Operation* feeding_ = nullptr;  // its flight is not sent to its end yet
    bool is_enclosing_ = false;     // a transaction is under way that was begun for one statement alone
    bool has_abandoned_ = false;
    bool commits_schema_ = false;  // what the open transaction has changed of it
    bool is_lost_ = false;
    CancelRequest cancel_;
    Stopper stopper_;
    detail::Clock::time_point head_since_{};  // what runs on the server now
};

}  // namespace databased::postgresql
