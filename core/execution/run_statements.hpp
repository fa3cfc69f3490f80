// Several statements by one target.
#pragma once

#include <databased/batch.hpp>
#include <databased/detail/fetch.hpp>
#include <databased/result.hpp>

#include <string>
#include <utility>

namespace databased::detail {

/// A script: its statements one after another. Ends with the first that fails and throws its failure, which says where
/// it is.
class ScriptWork final : public UnitWork {
  public:
    ScriptWork(std::string script, std::string name) : script_(std::move(script)), name_(std::move(name)) {}
    Task<> run(StatementTarget& unit) override;
    const ScriptResult& result() const noexcept { return result_; }

  private:
    std::string script_;
    std::string name_;  // of its file, or empty
    ScriptResult result_;
};

/// All statements of a batch, together where they can travel together. Throws the failure of the first that fails.
class AtomicBatch final : public UnitWork {
  public:
    /// `entries` outlive this.
    explicit AtomicBatch(BatchEntries entries) noexcept : entries_(entries) {}
    Task<> run(StatementTarget& unit) override;

  private:
    Task<> run_together(StatementTarget& unit);

    BatchEntries entries_;
};

/// What comes of it is left in `entry`.
Task<> run_entry(StatementTarget& target, BatchEntry& entry);

}  // namespace databased::detail
