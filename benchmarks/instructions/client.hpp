// What the workloads share.
#pragma once

#include <databased/databased.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace instructions {

constexpr int stored_rows = 1'000;
constexpr const char* select_one = "SELECT body FROM notes WHERE id = ?";

inline int key_of(int number) { return number % stored_rows + 1; }

/// Throws unless it is the body of that note.
inline void check_body(int key, std::optional<int> body) {
    if (body != 2 * key) throw std::runtime_error("another body than that of note " + std::to_string(key));
}

/// A loop and a Database that is connected while it lives.
class Client {
  public:
    explicit Client(const std::string& url) : database_(url) { loop_.run(database_.connect()); }
    ~Client() { loop_.run(database_.disconnect()); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    databased::Database& database() { return database_; }
    void run(databased::Task<> task) { loop_.run(std::move(task)); }

    /// Runs work(number) of as many tasks at once.
    template <class Work>
    void run_tasks(int tasks, Work work) {
        std::vector<databased::Task<>> all;
        for (int number = 0; number < tasks; ++number) all.push_back(work(number));
        run(databased::when_all(std::move(all)));
    }

  private:
    databased::EventLoop loop_;
    databased::Database database_;
};

/// `target` is a pointer to a Database or Reader.
template <class Target>
databased::Task<> select_notes(Target target, int selects) {
    for (int i = 0; i < selects; ++i) {
        const int key = key_of(i);
        const auto body = co_await target->template fetch_val<int>(select_one, key);
        check_body(key, body);
    }
}

}  // namespace instructions
