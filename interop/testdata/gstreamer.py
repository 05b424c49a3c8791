"""Makes and reads MIKEY messages with GStreamer. Each line of standard input is
a command in JSON, and each makes one line of JSON on standard output:

    {"caps": CAPS, "cs": CS}      makes a message from the caps of SRTP
    {"payloads": [...], ...}      makes one payload by payload, see make
    {"read": BASE64}              reads one

CS are [[POLICY, SSRC, ROC], ...]. The answer has the message as GStreamer
writes it. Of one that is read it has caps and crypto sessions too, or else what
went wrong. The first line of the output tells the version.

Everything is called through the Python binding, except for what the binding of
GStreamer 1.22 cannot do:

  - MIKEYMessage.new_from_data and new_from_bytes demand a MIKEYDecryptInfo,
    although C takes NULL, and there is no way to make one;
  - parse_keymgmt of SDPMessage and SDPMedia returns TRUE for success, which is
    no SDPResult: the binding raises an exception and drops the message.
    attributes_to_caps, around it, works. That is what elements call, but it
    has nothing but the caps to show;
  - key_data_set_interval lacks an argument, so that no intervals are made.
"""

import base64
import ctypes
import json
import os
import signal
import sys

try:
    import gi
    gi.require_version("Gst", "1.0")
    gi.require_version("GstSdp", "1.0")
    from gi.repository import Gst, GstSdp
    sdp = ctypes.CDLL("libgstsdp-1.0.so.0")
except (ImportError, ValueError, OSError) as e:
    sys.exit(str(e))


class CryptoSession(ctypes.Structure):
    _fields_ = [("policy", ctypes.c_uint8), ("ssrc", ctypes.c_uint32), ("roc", ctypes.c_uint32)]


def function(name, result, *arguments):
    f = sdp["gst_mikey_message_" + name]
    f.restype, f.argtypes = result, arguments
    return f


pointer, uint = ctypes.c_void_p, ctypes.c_uint
new_from_data = function("new_from_data", pointer, ctypes.c_char_p, ctypes.c_size_t, pointer, pointer)
get_n_cs = function("get_n_cs", uint, pointer)
get_cs_srtp = function("get_cs_srtp", ctypes.POINTER(CryptoSession), pointer, uint)
base64_encode = function("base64_encode", ctypes.c_char_p, pointer)


def from_caps(command):
    try:
        message = GstSdp.MIKEYMessage.new_from_caps(Gst.Caps.from_string(command["caps"]))
    except TypeError:  # for NULL
        return {"refused": True}
    for cs in command["cs"]:
        message.add_cs_srtp(*cs)
    return {"message": message.base64_encode()}


def payload(kind, *setters):
    """Returns a payload, on which methods were called: [NAME, ARGUMENT, ...]."""
    p = GstSdp.MIKEYPayload.new(getattr(GstSdp.MIKEYPayloadType, kind))
    for name, *arguments in setters:
        if name == "kemac_add_sub":
            p.kemac_add_sub(payload(*arguments))
        else:
            getattr(p, name)(*map(octets, arguments))
    return p


def octets(argument):
    """Octets are hex in JSON."""
    return bytes.fromhex(argument) if isinstance(argument, str) else argument


def make(command):
    """Makes a message with type, V flag, CSB ID, crypto sessions and payloads.
    Of those, ["now"] is a timestamp, and others are the arguments of payload."""
    message = GstSdp.MIKEYMessage.new()
    message.set_info(GstSdp.MIKEY_VERSION, GstSdp.MIKEYType(command["type"]), command["v"],
                     GstSdp.MIKEYPRFFunc.MIKEY_PRF_MIKEY_1, command["csb"],
                     GstSdp.MIKEYMapType.MIKEY_MAP_TYPE_SRTP)
    for cs in command["cs"]:
        message.add_cs_srtp(*cs)
    for p in command["payloads"]:
        if p == ["now"]:
            message.add_t_now_ntp_utc()
        else:
            message.add_payload(payload(*p))
    return {"message": message.base64_encode()}


def read(command):
    data = base64.b64decode(command["read"])
    message = new_from_data(data, len(data), None, None)
    if not message:
        return {"refused": True}
    caps = Gst.Caps.new_empty_simple("application/x-srtp")
    _, description = GstSdp.SDPMessage.new()
    description.add_attribute("key-mgmt", "mikey " + command["read"])
    description.attributes_to_caps(caps)
    sessions = [get_cs_srtp(message, i).contents for i in range(get_n_cs(message))]
    return {
        "message": base64_encode(message).decode(),
        "caps": caps.to_string(),
        "cs": [[cs.policy, cs.ssrc, cs.roc] for cs in sessions],
    }


def watched(f, command):
    """Calls f in a process of its own, which is ended after 20 ms of computing,
    whatever else the machine does: a message takes less than one."""
    pid = os.fork()
    if pid == 0:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.02)
        print(json.dumps(f(command)), flush=True)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        print(json.dumps({"loops": os.WTERMSIG(status) == signal.SIGVTALRM}), flush=True)


Gst.init(None)
print(json.dumps(Gst.version_string()), flush=True)
for line in sys.stdin:
    command = json.loads(line)
    if "read" in command:
        watched(read, command)
    else:
        print(json.dumps((from_caps if "caps" in command else make)(command)), flush=True)
