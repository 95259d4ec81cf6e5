// SPDX-License-Identifier: Apache-2.0
//
// Signals arrive as readable events and do nothing else. Each test puts the thread's mask back.
#include "control/signals.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>

namespace pkigate::control {
namespace {

class SignalsTest : public testing::Test {
 protected:
  SignalsTest() {
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_before_);
    before_ = ::signal(SIGPIPE, SIG_DFL);
  }
  ~SignalsTest() override {
    ::signal(SIGPIPE, before_);
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }

  static bool Readable(const Signals& signals) {
    pollfd event{signals.descriptor(), POLLIN, 0};
    return ::poll(&event, 1, 0) == 1;
  }

 private:
  sigset_t mask_before_{};
  void (*before_)(int) = SIG_DFL;
};

TEST_F(SignalsTest, AreReadOneByOne) {
  Result<Signals> signals = Signals::Block();
  ASSERT_TRUE(signals.ok()) << signals.error().message;
  EXPECT_FALSE(Readable(*signals));
  EXPECT_EQ(signals->Next(), std::nullopt);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGUSR1}) {
    ASSERT_EQ(::raise(signal), 0);
    EXPECT_TRUE(Readable(*signals));
    EXPECT_EQ(signals->Next(), signal);
    EXPECT_EQ(signals->Next(), std::nullopt);
  }
}

// Writing past the size that the system allows a file, or to a peer that is gone, is an errno.
TEST_F(SignalsTest, SomeAreIgnored) {
  for (const int signal : {SIGPIPE, SIGXFSZ}) {
    void (*const before)(int) = ::signal(signal, SIG_DFL);
    ASSERT_TRUE(Signals::Block().ok());
    EXPECT_EQ(::signal(signal, before), SIG_IGN) << signal;
  }
  EXPECT_NE(::signal(SIGUSR2, SIG_DFL), SIG_IGN) << "not those that nobody asked to be ignored";
}

// Ten SIGHUPs in a row are one wish.
TEST_F(SignalsTest, TheSameOneTwiceIsOne) {
  Result<Signals> signals = Signals::Block();
  ASSERT_TRUE(signals.ok());
  ::raise(SIGHUP);
  ::raise(SIGHUP);
  ::raise(SIGUSR1);
  EXPECT_EQ(signals->Next(), SIGHUP);
  EXPECT_EQ(signals->Next(), SIGUSR1);
  EXPECT_EQ(signals->Next(), std::nullopt);
}

TEST_F(SignalsTest, ThreadsStartedLaterInheritTheMask) {
  Result<Signals> signals = Signals::Block();
  ASSERT_TRUE(signals.ok());
  std::thread([] {
    ::raise(SIGTERM);
    ::kill(::getpid(), SIGHUP);
  }).join();
  // A signal to that thread alone went with it; one to the process is for whoever reads.
  EXPECT_EQ(signals->Next(), SIGHUP);
  EXPECT_EQ(signals->Next(), std::nullopt);
}

TEST_F(SignalsTest, WritingToAPeerThatIsGoneIsAnError) {
  Result<Signals> signals = Signals::Block();
  ASSERT_TRUE(signals.ok());
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  ::close(pipe[0]);
  EXPECT_EQ(::write(pipe[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  ::close(pipe[1]);
}

TEST_F(SignalsTest, TheDescriptorMovesAndIsClosedOnce) {
  int descriptor = -1;
  {
    Result<Signals> signals = Signals::Block();
    ASSERT_TRUE(signals.ok());
    descriptor = signals->descriptor();
    const Signals moved = std::move(*signals);
    EXPECT_EQ(moved.descriptor(), descriptor);
    EXPECT_EQ(signals->descriptor(), -1);
    EXPECT_EQ(::fcntl(descriptor, F_GETFD), FD_CLOEXEC);
  }
  EXPECT_EQ(::fcntl(descriptor, F_GETFD), -1);
}

using SignalsDeathTest = SignalsTest;

TEST_F(SignalsDeathTest, OthersDoWhatTheyAlwaysDid) {
  EXPECT_EXIT(
      {
        Result<Signals> signals = Signals::Block();
        ::raise(SIGUSR2);
      },
      testing::KilledBySignal(SIGUSR2), "");
}

}  // namespace
}  // namespace pkigate::control
