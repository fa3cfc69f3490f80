// One connection to a server: its pipeline, and what it takes to hand it from one user to the next.
#pragma once

#include "kept_state.hpp"
#include "opening.hpp"
#include "options.hpp"
#include "pipeline.hpp"

#include <databased/backend.hpp>
#include <databased/backend/listening.hpp>
#include <databased/row.hpp>

#include <string>
#include <utility>
#include <vector>

namespace databased::postgresql {

class Connection final : public SessionBackend {
  public:
    Connection(EventLoop& loop, ConnectionHandle connection, const PostgresqlOptions& options, TypeCatalog& catalog,
               Proofs& proofs);

    /// Finds out who is at the other end and makes the session's settings. Throws ConnectionError.
    Task<> prepare();
    void tell_notices_to(detail::Callback<void(const Notice&)> hook) { pipeline_.tell_notices_to(std::move(hook)); }

    /// Somebody between us and the server has sessions of its own with it, and may change between them.
    bool may_change_sessions() const noexcept;
    /// `sink`, which outlives this, hears notifications.
    void tell(backend::NotificationSink& sink) noexcept { pipeline_.tell(sink); }
    /// A statement of our own. Throws what is wrong with it.
    Task<Rows> ask(Statement::Pointer statement);
    Task<> ping() { return run_verb(backend::Verb::ping); }

    void start(backend::Exchange& exchange) noexcept override;
    bool is_usable() const noexcept override { return !pipeline_.state().is_lost; }
    bool is_clean() const noexcept override;
    std::chrono::nanoseconds round_trip() const noexcept override { return pipeline_.state().round_trip.least(); }
    Task<> close() override;

  private:
    Task<Outcome> serve(Task<> (Connection::*verb)());
    Task<> run_own(const char* sql);
    Task<> run_verb(backend::Verb verb);
    Task<> keep();
    Task<> reset();
    Task<> find_out();
    Task<KeptState> look_around();
    KeptState pooled_state() const;
    detail::Clock::time_point connect_deadline() const;
    std::vector<const char*> own_settings() const;

    const PostgresqlOptions& options_;
    Pipeline pipeline_;
    HookNames hook_names_;
    bool writes_dates_otherwise_ = false;  // the server does, than they are read here
    bool outlives_clients_ = false;        // the session at the other end does
    bool rounds_doubles_ = false;          // the server does, when they come as text
    bool is_indirect_ = false;             // who answers is not the server itself
    bool is_pooled_ = false;               // somebody between gives every transaction another server connection
};

}  // namespace databased::postgresql
