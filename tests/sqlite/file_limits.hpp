// A disk without room, and a file without permission.
#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/// No file of this process grows beyond `bytes`: what is written behind that fails with EFBIG.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit before_{};
};

/// Permissions count, also when root runs the tests.
class Unprivileged {
  public:
    static constexpr uid_t nobody = 65'534;

    Unprivileged() : user_(geteuid()) {
        if (user_ == 0 && seteuid(nobody) != 0) user_ = nobody;
    }
    ~Unprivileged() {
        if (geteuid() != user_ && seteuid(user_) != 0) _exit(1);
    }
    Unprivileged(const Unprivileged&) = delete;
    Unprivileged& operator=(const Unprivileged&) = delete;

  private:
    uid_t user_;
};
