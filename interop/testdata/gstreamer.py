"""Makes and reads MIKEY messages with GStreamer. Each line of standard input is
a command in JSON, and each makes one line of JSON on standard output:

    {"caps": CAPS, "cs": [[POLICY, SSRC, ROC], ...]}  makes a message
    {"message": BASE64}                               reads one

CAPS are those of SRTP, as text. The answer has the message as GStreamer writes
it, and the caps and crypto sessions that it reads in it. It is null if GStreamer
refuses the message.

The functions are called in the library itself: in its Python binding, messages
can be read from SDP and RTSP only.
"""

import base64
import ctypes
import json
import sys


class CryptoSession(ctypes.Structure):
    _fields_ = [("policy", ctypes.c_uint8), ("ssrc", ctypes.c_uint32), ("roc", ctypes.c_uint32)]


def function(library, name, result, *arguments):
    f = library[name]
    f.restype, f.argtypes = result, arguments
    return f


pointer, uint = ctypes.c_void_p, ctypes.c_uint
try:
    gst = ctypes.CDLL("libgstreamer-1.0.so.0")
    sdp = ctypes.CDLL("libgstsdp-1.0.so.0")
except OSError as e:
    sys.exit(e)
gst_init = function(gst, "gst_init", None, pointer, pointer)
caps_from_string = function(gst, "gst_caps_from_string", pointer, ctypes.c_char_p)
caps_to_string = function(gst, "gst_caps_to_string", ctypes.c_char_p, pointer)
new_from_caps = function(sdp, "gst_mikey_message_new_from_caps", pointer, pointer)
new_from_data = function(sdp, "gst_mikey_message_new_from_data", pointer,
                         ctypes.c_char_p, ctypes.c_size_t, pointer, pointer)
add_cs_srtp = function(sdp, "gst_mikey_message_add_cs_srtp", ctypes.c_int,
                       pointer, ctypes.c_uint8, ctypes.c_uint32, ctypes.c_uint32)
get_n_cs = function(sdp, "gst_mikey_message_get_n_cs", uint, pointer)
get_cs_srtp = function(sdp, "gst_mikey_message_get_cs_srtp", ctypes.POINTER(CryptoSession), pointer, uint)
to_caps = function(sdp, "gst_mikey_message_to_caps", ctypes.c_int, pointer, pointer)
base64_encode = function(sdp, "gst_mikey_message_base64_encode", ctypes.c_char_p, pointer)


def run(command):
    if "caps" in command:
        message = new_from_caps(caps_from_string(command["caps"].encode()))
        for policy, ssrc, roc in command["cs"]:
            add_cs_srtp(message, policy, ssrc, roc)
    else:
        data = base64.b64decode(command["message"])
        message = new_from_data(data, len(data), None, None)
    caps = caps_from_string(b"application/x-srtp")
    if not message or not to_caps(message, caps):
        return None
    sessions = [get_cs_srtp(message, i).contents for i in range(get_n_cs(message))]
    return {
        "message": base64_encode(message).decode(),
        "caps": caps_to_string(caps).decode(),
        "cs": [[cs.policy, cs.ssrc, cs.roc] for cs in sessions],
    }


gst_init(None, None)
for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
