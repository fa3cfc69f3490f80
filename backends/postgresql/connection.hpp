// One connection to a server: its pipeline, and what it takes to hand it from one user to the next.
#pragma once

#include "kept_state.hpp"
#include "opening.hpp"
#include "options.hpp"
#include "pipeline.hpp"

#include <databased/backend.hpp>

#include <string>
#include <vector>

namespace databased::postgresql {

class Connection final : public SessionBackend {
  public:
    Connection(EventLoop& loop, ConnectionHandle connection, const PostgresqlOptions& options, TypeCatalog& catalog,
               Proofs& proofs);

    /// Finds out who is at the other end and makes the session's settings. Throws ConnectionError.
    Task<> prepare();

    Task<Outcome> run(Request request) override;
    bool is_usable() const noexcept override { return !pipeline_.is_lost(); }
    bool queues_statements() const noexcept override { return true; }
    bool needs_tidying() const noexcept override;
    Task<> tidy() override;
    Task<> keep() override;
    Task<> ping() override;
    Task<> close() override;

    std::string begin_sql(const TransactionOptions& options) const override;
    std::string read_only_sql() const override { return "SET TRANSACTION READ ONLY"; }
    std::string check_sql() const override;

  private:
    Task<> run_verbs(std::vector<std::string> verbs);
    Task<> find_out();
    Task<KeptState> look_around();
    KeptState pooled_state() const;
    Task<> reset();
    std::vector<std::string> own_settings() const;

    const PostgresqlOptions& options_;
    Pipeline pipeline_;
    HookNames hook_names_;
    bool writes_dates_otherwise_ = false;  // the server does, than they are read here
    bool rounds_doubles_ = false;          // the server does, when they come as text
    bool is_pooled_ = false;               // somebody between gives every transaction another server connection
};

}  // namespace databased::postgresql
