// Faults on purpose: what does a program do if the database fails it here?
#pragma once

#include <databased/error.hpp>
#include <databased/task.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace databased::test {

/// A database with one fault. Operations are counted from 1, over all connections, in the order in which they are
/// asked: opening a connection; the beginning and the end of a transaction or savepoint; each statement, whatever the
/// number of its rows or items; each part of a stream or of a bulk insert. What the library asks of itself (clean up,
/// are you there?) does not count. What is asked of one connection at the same time goes one after another.
class Faults {
  public:
    explicit Faults(std::string_view url);
    Faults(Faults&& other) noexcept;
    Faults& operator=(Faults&& other) noexcept;
    /// The Databases may live longer.
    ~Faults();

    /// For one Database or several.
    const std::string& url() const noexcept { return url_; }

    // One of these, before the operation is asked.

    /// The connection is lost before the database hears of operation `n`.
    void lose_connection_at(int n);
    /// The database carries out operation `n`; the connection is lost before its answer comes.
    void lose_connection_after(int n);
    /// The database refuses operation `n` with this SQLSTATE. In a transaction what came before is still there, as with
    /// SQLite: the program has to roll back.
    void fail_at(int n, std::string_view sqlstate);
    /// Operation `n` is begun so much later. It can be stopped meanwhile.
    void delay_at(int n, std::chrono::milliseconds by);

    /// Whether operation `n` was asked.
    bool happened() const noexcept;
    /// How many were asked.
    int operations() const noexcept;

    struct State;

  private:
    std::shared_ptr<State> state_;
    std::string url_;
};

/// Repeats `test` with each fault that it can meet: the connection is lost at its first operation, behind its first
/// operation, at its second … until it ends before its fault happens. Each time it has to make what it needs itself,
/// on `faults.url()`, and to check what there is then over `url`. Fails the test after `most` operations.
Task<> for_each_fault(std::string url, std::function<Task<>(Faults& faults)> test, int most = 1000);

}  // namespace databased::test
